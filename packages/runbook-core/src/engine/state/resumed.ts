import { EMPTY_QUEUE, enqueue } from './persistent-queue.ts'
import { PersistentVector } from './persistent-vector.ts'
import type { RunState, StepState } from './run-state.ts'

/**
 * The state from which a new process goes on: finished steps keep their outputs, all others wait again with a fresh retry budget,
 * and no cause is known. Costs one pass over the steps, once per resume.
 */
export function resumed(state: RunState): RunState {
  let ready: RunState['ready'] = EMPTY_QUEUE
  const steps: StepState[] = []
  for (const step of state.steps) {
    const isFinished = step.status === 'succeeded' || step.status === 'skipped'
    if (!isFinished && step.waitingFor === 0) ready = enqueue(ready, steps.length)
    steps.push(
      isFinished ? step : { ...step, status: 'pending', attemptsForgiven: step.attempt, error: null },
    )
  }
  return {
    ...state,
    phase: 'running',
    steps: PersistentVector.from(steps),
    ready,
    inFlight: [],
    cause: null,
    ending: null,
    outcome: null,
  }
}
