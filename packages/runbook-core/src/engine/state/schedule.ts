import { invariant, OperatingError } from '../../errors/index.ts'
import type { EngineEffect, Transition } from './engine-effect.ts'
import { dequeue, enqueue } from './persistent-queue.ts'
import type { RunState, StepState } from './run-state.ts'

/** The state with one step changed. */
export function withStep(state: RunState, index: number, change: Partial<StepState>): RunState {
  return { ...state, steps: state.steps.set(index, { ...state.steps.get(index), ...change }) }
}

/** The state without the step among those under way. */
export function landed(state: RunState, index: number): RunState {
  return { ...state, inFlight: state.inFlight.filter((other) => other !== index) }
}

/** A step has ended well: see `passOn`. */
export function released(state: RunState, index: number): RunState {
  return passOn({ ...state, unfinished: state.unfinished - 1 }, index)
}

/**
 * Tells the dependents of a step that it and all it rests on have ended well. Those that wait for nothing more become ready, in
 * authored order; those that have ended before (their ground was undone meanwhile) pass it on.
 */
function passOn(state: RunState, from: number): RunState {
  let { steps, ready } = state
  const settled = steps.get(from).waitingFor === 0 ? [from] : []
  for (let index = settled.pop(); index !== undefined; index = settled.pop()) {
    for (const dependent of state.graph.dependents[index] ?? []) {
      const before = steps.get(dependent)
      const waitingFor = before.waitingFor - 1
      steps = steps.set(dependent, { ...before, waitingFor })
      if (waitingFor > 0) continue
      if (before.view !== null) settled.push(dependent)
      else if (before.status === 'pending') ready = enqueue(ready, dependent)
    }
  }
  return { ...state, steps, ready }
}

/**
 * A finished step that counts no more: its dependents wait for it again, and so does what rests on those that have ended. Ended ones
 * keep their outputs; but nothing starts on ground that is not there.
 */
export function withdrawn(state: RunState, index: number): RunState {
  const wasSettled = state.steps.get(index).waitingFor === 0
  let { steps } = withStep(state, index, { status: 'pending', output: null, view: null })
  const unsettled = wasSettled ? [index] : []
  for (let from = unsettled.pop(); from !== undefined; from = unsettled.pop()) {
    for (const dependent of state.graph.dependents[from] ?? []) {
      const before = steps.get(dependent)
      steps = steps.set(dependent, { ...before, waitingFor: before.waitingFor + 1 })
      if (before.waitingFor === 0 && before.view !== null) unsettled.push(dependent)
    }
  }
  return { ...state, steps, unfinished: state.unfinished + 1 }
}

/**
 * Starts what is ready while there is room, in the order in which it became ready, and ends the run when nothing is under way and
 * nothing may start. `effects` come first.
 */
export function schedule(state: RunState, effects: readonly EngineEffect[]): Transition {
  const all: EngineEffect[] = [...effects]
  let now = state
  while (now.phase === 'running' && now.inFlight.length < now.concurrency) {
    const next = dequeue(now.ready)
    if (next === null) break
    now = { ...now, ready: next.rest }
    const { status, waitingFor } = now.steps.get(next.item)
    // A step that was undone since it was queued waits again; it is queued anew in its turn.
    if (status !== 'pending' || waitingFor > 0) continue
    now = { ...withStep(now, next.item, { status: 'starting' }), inFlight: [...now.inFlight, next.item] }
    all.push({ do: 'begin', step: next.item })
  }
  return now.inFlight.length > 0 ? [now, all] : settle(now, all)
}

function settle(state: RunState, effects: readonly EngineEffect[]): Transition {
  const ending = endingOf(state)
  if (ending === null) return [state, effects]
  return [{ ...state, phase: 'finishing', ending }, [...effects, { do: 'finish', ...ending }]]
}

function endingOf(state: RunState): RunState['ending'] {
  const { cause } = state
  switch (state.phase) {
    case 'stopping':
      invariant(cause, 'a run that stops has a cause')
      return { outcome: cause.outcome, firstCause: cause.error }
    case 'pausing': {
      const waiting = [...state.steps].find((step) => step.status === 'paused')
      return { outcome: 'paused', firstCause: waiting?.error ?? null }
    }
    case 'running':
      if (state.unfinished > 0) {
        // A graph without cycles always has a next step: only an altered or foreign journal can lead here.
        throw new OperatingError('journal-damaged', 'steps are left that nothing would ever start')
      }
      return { outcome: 'completed', firstCause: null }
    default:
      return null
  }
}
