import type { Obligation } from '../../actions/obligations.ts'
import { attempt, type Task } from '../../effects/index.ts'
import type { ErrorRecord } from '../../errors/index.ts'
import type { RunEvent } from '../../journal/events.ts'
import { Executor, type HeldObligation, type SurveyFindings } from '../executor.ts'
import { knownHeld, type RunOutcome, type RunState } from '../state/run-state.ts'
import { withAncestors, withDescendants } from '../state/step-graph.ts'
import { wellFormedText } from '../well-formed.ts'
import type { Interpreter } from './interpreter.ts'
import type { RunResult } from './options.ts'

/** Which obligations an outcome gives back. A paused run goes on later and keeps all. */
const RELEASED: Readonly<Record<RunOutcome, readonly Obligation['release'][]>> = {
  completed: ['keep-until-restored'],
  failed: ['on-interrupt'],
  interrupted: ['on-interrupt'],
  paused: [],
}

/** Where nobody asks for kinds that are performed again. */
const NONE = { volatileKinds: [], fetchingKinds: [] } as const

/** Cleans up and ends a run, durably. What could not be given back stays held and is listed. */
export function* conclude(
  interpreter: Interpreter,
  outcome: RunOutcome,
  firstCause: ErrorRecord | null,
): Task<RunResult> {
  yield* giveBack(interpreter, RELEASED[outcome], outcome !== 'completed')
  if (outcome === 'failed') yield* undoSteps(interpreter)
  yield* interpreter.record([{ type: 'run-ended', outcome, firstCause }])
  const { state } = interpreter
  return { outcome, firstCause, state, held: yield* Executor.held({ known: knownHeld(state) }) }
}

/**
 * Discharges what is held and is to be released so. Where `reopens`, a finished step whose holding goes counts as done no more: that
 * is journalled first, so that a crash in between leaves nothing believed that is no longer so. Answers what could not be discharged.
 */
export function* giveBack(
  interpreter: Interpreter,
  releases: readonly Obligation['release'][],
  reopens: boolean,
): Task<readonly { readonly id: string; readonly error: ErrorRecord }[]> {
  const { state, options } = interpreter
  const held = yield* Executor.held({ known: knownHeld(state) })
  const due = held.filter((each) => releases.includes(each.obligation.release))
  if (due.length === 0) return []
  if (reopens) yield* interpreter.record(reopened(state, due, NONE))
  const ids = due.map((each) => each.obligation.id)
  return yield* Executor.release({ runId: options.identity.runId, ids })
}

/**
 * `step-undone` for the finished ones among the steps that hold these obligations, for finished steps of volatile kinds, and for those
 * whose files were found spoilt. What rests on the first two keeps its outputs: a check that a restart makes doubtful is of a volatile
 * kind itself.
 */
export function reopened(
  state: RunState,
  held: readonly HeldObligation[],
  { volatileKinds, fetchingKinds }: Pick<SurveyFindings, 'volatileKinds' | 'fetchingKinds'>,
): RunEvent[] {
  const indexes = new Set([
    ...held.flatMap((each) => finishedIndex(state, each.step)),
    ...spoilt(state, fetchingKinds),
  ])
  for (const [index, step] of state.graph.steps.entries()) {
    if (volatileKinds.includes(step.action.kind) && state.steps.get(index).status === 'succeeded')
      indexes.add(index)
  }
  return undoneEvents(state, indexes)
}

/**
 * Where a step failed since what had been fetched is no longer what it was on this host's disk: the steps that fetched it, and what lies
 * between them and that step. The copies that they came from are as good as they were.
 */
function spoilt({ graph, steps }: RunState, fetchingKinds: readonly string[]): number[] {
  const failed = graph.steps.flatMap((_, index) =>
    steps.get(index).error?.code === 'copy-spoilt' ? [index] : [],
  )
  if (failed.length === 0) return []
  const above = withAncestors(graph, failed)
  const fetching = [...above].filter((index) => fetchingKinds.includes(graph.steps[index]?.action.kind ?? ''))
  return [...withDescendants(graph, fetching)].filter((index) => above.has(index))
}

function finishedIndex(state: RunState, step: string): number[] {
  const index = state.graph.indexOf.get(step)
  return index !== undefined && state.steps.get(index).view !== null ? [index] : []
}

function undoneEvents(state: RunState, indexes: Iterable<number>): RunEvent[] {
  return [...indexes]
    .filter((index) => state.steps.get(index).view !== null)
    .sort((a, b) => a - b)
    .map((index) => ({ type: 'step-undone', step: state.graph.steps[index]!.id }))
}

/** Undoes, newest first, the steps that succeeded and ask for it. One that fails is told as evidence and stops no other. */
export function* undoSteps(interpreter: Interpreter): Task<void> {
  const seen = new Set<number>()
  for (let chain = interpreter.state.succeeded; chain !== null; chain = chain.tail) {
    const step = interpreter.state.graph.steps[chain.head]!
    if (step.undo !== 'on-abandon' || seen.has(chain.head)) continue
    seen.add(chain.head)
    const { status, input, output, key, effects } = interpreter.state.steps.get(chain.head)
    if (status !== 'succeeded') continue
    yield* interpreter.record(
      undoneEvents(interpreter.state, withDescendants(interpreter.state.graph, [chain.head])),
    )
    const { runId } = interpreter.options.identity
    const reversal = { runId, step: step.id, kind: step.action.kind, input, output, key }
    const result = yield* attempt(Executor.undo({ ...reversal, effectsBefore: effects }))
    if (result.ok) continue
    const evidence = { error: wellFormedText(result.error.message) }
    yield* interpreter.record([{ type: 'evidence-collected', subject: `undo-failed:${step.id}`, evidence }])
  }
}
