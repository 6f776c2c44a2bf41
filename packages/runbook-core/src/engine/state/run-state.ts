import type { ErrorRecord } from '../../errors/index.ts'
import type { Exercised, RunEvent } from '../../journal/events.ts'
import type { QualifiedRunbook } from '../../runbook/qualified.ts'
import type { Json } from '../../text/json.ts'
import type { HeldObligation } from '../executor.ts'
import { type Chain, EMPTY_QUEUE, enqueue, type PersistentQueue } from './persistent-queue.ts'
import { PersistentVector } from './persistent-vector.ts'
import { type StepGraph, stepGraph } from './step-graph.ts'

/**
 * `starting`: chosen to run, its condition and input not evaluated yet. `backing-off`: failed, waits for its next attempt. `paused`:
 * waits for a person. The last five end a step for this process.
 */
export type StepStatus =
  | 'pending'
  | 'starting'
  | 'running'
  | 'backing-off'
  | 'succeeded'
  | 'skipped'
  | 'failed'
  | 'interrupted'
  | 'paused'

/** One step as the events so far make it. */
export interface StepState {
  readonly status: StepStatus
  /** Needs that have not ended well yet. */
  readonly waitingFor: number
  /** Number of the last attempt, from 1; 0 before the first. */
  readonly attempt: number
  /** Attempts that no longer count against the retry policy: those before the last resume. */
  readonly attemptsForgiven: number
  /** Writing effects intended so far. */
  readonly effects: number
  readonly input: Json
  readonly key: string
  readonly output: Json
  /** What expressions see as `steps.<id>`; null until the step has ended well. */
  readonly view: { readonly [name: string]: Json } | null
  readonly exercised: Exercised
  readonly error: ErrorRecord | null
  readonly approvedBy: string | null
}

/** Why a run stops early: whatever came first. */
export interface FirstCause {
  readonly outcome: 'failed' | 'interrupted'
  readonly error: ErrorRecord
}

/** The event that begins a run. */
export type RunStarted = Extract<RunEvent, { readonly type: 'run-started' }>
/** How a run ended. */
export type RunOutcome = Extract<RunEvent, { readonly type: 'run-ended' }>['outcome']

/**
 * A run as its events so far make it. Values are never changed: the next state shares all that an event did not touch.
 * `stopping`: a first cause is known, nothing new starts. `pausing`: somebody must approve, nothing new starts, those under way go
 * on. `finishing`: nothing is under way any more; cleanup is the interpreter's.
 */
export interface RunState {
  readonly graph: StepGraph
  /** Steps under way at once, at most. */
  readonly concurrency: number
  readonly phase: 'new' | 'running' | 'stopping' | 'pausing' | 'finishing' | 'ended'
  readonly steps: PersistentVector<StepState>
  readonly ready: PersistentQueue<number>
  readonly inFlight: readonly number[]
  /** Steps that have neither succeeded nor been skipped. */
  readonly unfinished: number
  /** Steps that succeeded, newest first. */
  readonly succeeded: Chain<number> | null
  readonly cause: FirstCause | null
  /** How the run is to end; known from when nothing is under way any more. */
  readonly ending: { readonly outcome: RunOutcome; readonly firstCause: ErrorRecord | null } | null
  /** How it ended, by `run-ended`. */
  readonly outcome: RunOutcome | null
  readonly started: RunStarted | null
  /** Taken and not given back, oldest first. */
  readonly obligations: readonly Omit<HeldObligation, 'effectsBefore'>[]
  readonly marks: readonly Extract<RunEvent, { readonly type: 'clock-marked' }>[]
  /** Subjects of `evidence-collected` that are baselines. */
  readonly baselined: readonly string[]
}

/** A run of which nothing has happened yet. @throws OperatingError `input-invalid` for a graph that cannot run */
export function initialState(runbook: QualifiedRunbook, concurrency: number): RunState {
  const graph = stepGraph(runbook)
  const steps = graph.needs.map(
    (needs): StepState => ({
      status: 'pending',
      waitingFor: needs.length,
      attempt: 0,
      attemptsForgiven: 0,
      effects: 0,
      input: null,
      key: '',
      output: null,
      view: null,
      exercised: 'no',
      error: null,
      approvedBy: null,
    }),
  )
  let ready: PersistentQueue<number> = EMPTY_QUEUE
  for (const [index, step] of steps.entries()) if (step.waitingFor === 0) ready = enqueue(ready, index)
  return {
    graph,
    concurrency,
    phase: 'new',
    steps: PersistentVector.from(steps),
    ready,
    inFlight: [],
    unfinished: steps.length,
    succeeded: null,
    cause: null,
    ending: null,
    outcome: null,
    started: null,
    obligations: [],
    marks: [],
    baselined: [],
  }
}

/** What the journal says is held, as an executor needs it. */
export function knownHeld(state: RunState): HeldObligation[] {
  return state.obligations.map((held) => ({
    ...held,
    effectsBefore: stepState(state, held.step)?.effects ?? 0,
  }))
}

/** The state of a step by its id; null when the runbook has none of that name. */
export function stepState(state: RunState, id: string): StepState | null {
  const index = state.graph.indexOf.get(id)
  return index === undefined ? null : state.steps.get(index)
}
