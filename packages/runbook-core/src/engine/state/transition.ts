import { OperatingError } from '../../errors/index.ts'
import type { RunEvent } from '../../journal/events.ts'
import type { Transition } from './engine-effect.ts'
import { resumed } from './resumed.ts'
import type { FirstCause, RunState } from './run-state.ts'
import { schedule } from './schedule.ts'
import { stepTransition } from './step-transition.ts'
import { misplaced, stop } from './stop.ts'

/** `reason` of a `cancel-requested` that the run's own deadline caused. */
export const DEADLINE_REASON = 'deadline'

/**
 * The engine: the state after an event, and the effects that it calls for. Pure, so a journal folded through it gives the state at
 * its end (its effects then have been performed or will be by resume). Event types that this release does not know change nothing.
 * @throws OperatingError `journal-damaged` for an event that cannot follow
 */
export function transition(state: RunState, event: RunEvent): Transition {
  switch (event.type) {
    case 'run-started':
      if (state.phase !== 'new') throw misplaced(event)
      return schedule({ ...state, phase: 'running', started: event }, [])
    case 'run-resumed':
      if (state.phase === 'new') throw misplaced(event)
      return schedule(resumed(state), [])
    case 'cancel-requested':
      return stop(state, { outcome: outcomeOfCancel(event.reason), error: cancelRecord(event.reason) })
    case 'run-ended':
      return [{ ...state, phase: 'ended', outcome: event.outcome, cause: causeAtEnd(state, event) }, []]
    case 'clock-marked':
      return [{ ...state, marks: [...state.marks, event] }, []]
    case 'evidence-collected':
      return [event.subject.startsWith('baseline:') ? withBaseline(state, event.subject) : state, []]
    case 'obligation-discharged':
      return [
        { ...state, obligations: state.obligations.filter((held) => held.obligation.id !== event.id) },
        [],
      ]
    case 'fault-fired':
      return [state, []]
    default:
      return 'step' in event ? stepTransition(state, event) : [state, []]
  }
}

function outcomeOfCancel(reason: string): FirstCause['outcome'] {
  return reason === DEADLINE_REASON ? 'failed' : 'interrupted'
}

function cancelRecord(reason: string): FirstCause['error'] {
  const error =
    reason === DEADLINE_REASON
      ? new OperatingError('deadline-passed', 'the run did not end before its deadline')
      : new OperatingError('cancelled', reason)
  return error.toRecord()
}

function causeAtEnd(state: RunState, event: Extract<RunEvent, { type: 'run-ended' }>): FirstCause | null {
  if (event.firstCause === null || event.outcome === 'completed') return state.cause
  return { outcome: event.outcome === 'interrupted' ? 'interrupted' : 'failed', error: event.firstCause }
}

function withBaseline(state: RunState, subject: string): RunState {
  return state.baselined.includes(subject) ? state : { ...state, baselined: [...state.baselined, subject] }
}
