import { OperatingError } from '../../errors/index.ts'
import type { RunEvent } from '../../journal/events.ts'
import type { EngineEffect, Transition } from './engine-effect.ts'
import type { FirstCause, RunState } from './run-state.ts'
import { schedule } from './schedule.ts'

/** The first cause stays; what is under way is interrupted, nothing new starts. */
export function stop(state: RunState, cause: FirstCause): Transition {
  if (state.phase === 'finishing' || state.phase === 'ended') return [state, []]
  const stopping: RunState = { ...state, phase: 'stopping', cause: state.cause ?? cause }
  const effects: EngineEffect[] =
    state.phase === 'stopping' || state.inFlight.length === 0
      ? []
      : [{ do: 'interrupt', steps: state.inFlight }]
  return schedule(stopping, effects)
}

/** An event that cannot follow: only an altered or foreign journal has it. */
export function misplaced(event: RunEvent): OperatingError {
  return new OperatingError('journal-damaged', `the event ${event.type} cannot follow what stands before it`)
}
