import { wantsRetry } from '../../effects/index.ts'
import { errorFromRecord, invariant, OperatingError } from '../../errors/index.ts'
import type { RunEvent } from '../../journal/events.ts'
import type { Json } from '../../text/json.ts'
import type { Transition } from './engine-effect.ts'
import type { RunState, StepStatus } from './run-state.ts'
import { landed, released, schedule, withdrawn, withStep } from './schedule.ts'
import { misplaced, stop } from './stop.ts'

type StepEvent = Extract<RunEvent, { readonly step: string }>
type Of<T extends StepEvent['type']> = Extract<StepEvent, { readonly type: T }>

/** What an event about one step makes of the run. */
export function stepTransition(before: RunState, event: StepEvent): Transition {
  const index = before.graph.indexOf.get(event.step)
  if (index === undefined) {
    throw new OperatingError('journal-damaged', `the journal names a step ${event.step} that does not exist`)
  }
  const begins =
    event.type === 'step-started' || event.type === 'step-skipped' || event.type === 'step-failed'
  const state = begins ? wasChosen(before, index) : before
  switch (event.type) {
    case 'step-started':
      return started(state, index, event)
    case 'step-succeeded':
      return succeeded(state, index, event)
    case 'step-skipped':
      assertUnderWay(state, index, event)
      return finished(withStep(state, index, { status: 'skipped', view: { skipped: true } }), index)
    case 'step-failed':
      return failed(state, index, event)
    case 'step-interrupted':
      assertUnderWay(state, index, event)
      if (state.phase !== 'stopping') throw misplaced(event)
      return schedule(landed(withStep(state, index, { status: 'interrupted' }), index), [])
    case 'step-retry-scheduled':
      assertStatus(state, index, event, ['backing-off'])
      if (state.phase === 'stopping') return [state, []]
      return [state, [{ do: 'wait', step: index, delayMs: event.delayMs }]]
    case 'step-undone':
      return [undone(state, index), []]
    case 'effect-intended':
      return [
        withStep(state, index, { effects: Math.max(state.steps.get(index).effects, event.ordinal) }),
        [],
      ]
    case 'obligation-taken':
      return [withObligation(state, event), []]
    case 'approval-given':
      return [withStep(state, index, { approvedBy: event.by }), []]
    default:
      return [state, []]
  }
}

/** Chosen to start; a fold with another concurrency than the run's may have left it ready. */
function wasChosen(state: RunState, index: number): RunState {
  const step = state.steps.get(index)
  if (step.status !== 'pending' || step.waitingFor > 0) return state
  return { ...withStep(state, index, { status: 'starting' }), inFlight: [...state.inFlight, index] }
}

function started(state: RunState, index: number, event: Of<'step-started'>): Transition {
  assertStatus(state, index, event, ['starting', 'backing-off'])
  const { attempt, input, key } = event
  const next = withStep(state, index, { status: 'running', attempt, input, key, error: null })
  // The interrupt that stopping called for covers it already.
  if (state.phase === 'stopping') return [next, []]
  return [next, [{ do: 'perform', step: index, attempt, input, key }]]
}

function succeeded(state: RunState, index: number, event: Of<'step-succeeded'>): Transition {
  assertStatus(state, index, event, ['running'])
  const { output, captures, exercised } = event
  const view = stepView(output, captures)
  const next = withStep(state, index, { status: 'succeeded', output, view, exercised, error: null })
  return finished({ ...next, succeeded: { head: index, tail: next.succeeded } }, index)
}

function finished(state: RunState, index: number): Transition {
  return schedule(released(landed(state, index), index), [])
}

/** What expressions see of a step that succeeded: its output's members and its captures. */
export function stepView(output: Json, captures: Readonly<Record<string, Json>>): { [name: string]: Json } {
  const members = typeof output === 'object' && output !== null && !Array.isArray(output)
  return Object.fromEntries([
    ['skipped', false] as const,
    ...(members ? Object.entries(output as Record<string, Json>) : [['output', output] as const]),
    ...Object.entries(captures),
  ])
}

function failed(state: RunState, index: number, event: Of<'step-failed'>): Transition {
  assertUnderWay(state, index, event)
  const { attempt, error } = event
  const step = state.steps.get(index)
  if (error.code === 'approval-needed') {
    const paused = landed(withStep(state, index, { status: 'paused', attempt, error }), index)
    return schedule(paused.phase === 'running' ? { ...paused, phase: 'pausing' } : paused, [])
  }
  const policy = state.graph.steps[index]?.retry
  invariant(policy, 'a step of the graph')
  // A condition or input that cannot be evaluated will not be evaluated otherwise next time.
  const performed = step.status === 'running'
  const again = performed && wantsRetry(policy, attempt - step.attemptsForgiven, errorFromRecord(error))
  if (again && state.phase !== 'stopping') {
    const waiting = withStep(state, index, { status: 'backing-off', attempt, error })
    return [waiting, [{ do: 'draw-backoff', step: index, attempt }]]
  }
  const over = landed(withStep(state, index, { status: 'failed', attempt, error }), index)
  return stop(over, { outcome: 'failed', error })
}

function undone(state: RunState, index: number): RunState {
  return state.steps.get(index).view === null ? state : withdrawn(state, index)
}

function withObligation(state: RunState, { step, obligation }: Of<'obligation-taken'>): RunState {
  const others = state.obligations.filter((held) => held.obligation.id !== obligation.id)
  return { ...state, obligations: [...others, { step, obligation }] }
}

function assertUnderWay(state: RunState, index: number, event: RunEvent): void {
  assertStatus(state, index, event, ['starting', 'running', 'backing-off'])
}

function assertStatus(state: RunState, index: number, event: RunEvent, allowed: readonly StepStatus[]): void {
  if (!allowed.includes(state.steps.get(index).status)) throw misplaced(event)
}
