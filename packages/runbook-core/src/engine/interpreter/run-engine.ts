import { attempt, type Task, uninterrupted } from '../../effects/index.ts'
import { type ErrorRecord, OperatingError } from '../../errors/index.ts'
import type { RunEvent } from '../../journal/events.ts'
import { Executor } from '../executor.ts'
import type { EngineEffect } from '../state/engine-effect.ts'
import { initialState, knownHeld, type RunStarted, type RunState } from '../state/run-state.ts'
import { conclude, giveBack, reopened } from './conclude.ts'
import { Interpreter } from './interpreter.ts'
import type { EngineOptions, Resumption, RunResult } from './options.ts'

/**
 * Runs a runbook, or goes on with one, over the ports Journal, Executor, Clock and Random; the same under both drivers. Whatever ends
 * it, a failure, the deadline, or an interrupt of its fiber, what is under way ends first, then what the run holds is given back, and
 * `run-ended` is durable before this returns or unwinds.
 * @throws OperatingError before anything is journalled: `input-invalid`, `usage-invalid`, and on resume `precondition-failed`,
 * `world-unexplained`; later only what the journal itself throws
 */
export function* runEngine(options: EngineOptions): Task<RunResult> {
  const { resume } = options
  const state = resume?.state ?? initialState(options.runbook, options.concurrency)
  assertApprovals(state, options.approvals)
  if (resume !== null) {
    assertSameRun(state, options)
    if (state.outcome === 'completed') return yield* alreadyCompleted(state)
  }
  const interpreter = new Interpreter(options, state)
  let opened = false
  let ending = false
  try {
    const events = resume === null ? startEvents(interpreter) : yield* resumeEvents(interpreter, resume)
    // Whole or not at all: a run whose start is journalled also has its end journalled, whenever the interrupt comes.
    const opening = yield* uninterrupted(function* (): Task<EngineEffect[]> {
      opened = true
      return yield* interpreter.open(events)
    })
    const refused = resume === null ? null : yield* giveBackFirst(interpreter)
    const finish = refused ?? (yield* interpreter.run(opening))
    ending = true
    return yield* uninterrupted(() => conclude(interpreter, finish.outcome, finish.firstCause))
  } catch (error) {
    if (opened && !ending) yield* uninterrupted(() => giveUp(interpreter))
    ending = true
    throw error
  } finally {
    if (opened && !ending) yield* uninterrupted(() => concludeInterrupted(interpreter))
  }
}

function startEvents(interpreter: Interpreter): RunEvent[] {
  const { identity, runbook, marks, approvals } = interpreter.options
  const started: RunStarted = {
    type: 'run-started',
    ...identity,
    runbook: { id: runbook.id, title: runbook.title, digest: runbook.digest },
    params: Object.fromEntries(runbook.parameters.map(({ name, value }) => [name, value])),
    objectives: runbook.objectives,
  }
  const known = marks.map((mark): RunEvent => ({ type: 'clock-marked', ...mark }))
  return [started, ...known, ...newApprovals(interpreter.state, approvals)]
}

/** Refuses what the journal does not explain; else says what no longer counts as done, and that the run goes on. */
function* resumeEvents(interpreter: Interpreter, resume: Resumption): Task<RunEvent[]> {
  const { unexplained, unchecked, ...kinds } = yield* Executor.survey(resume.survey)
  if (unexplained.length > 0) {
    throw new OperatingError('world-unexplained', unexplained.join('; '), { subject: unexplained[0] ?? '' })
  }
  const { state, options } = interpreter
  const held = yield* Executor.held({ known: knownHeld(state) })
  const due = held.filter((each) => each.obligation.release === 'on-interrupt')
  const events: RunEvent[] = [
    ...reopened(state, due, kinds),
    { type: 'run-resumed', gapMs: resume.gapMs, dropped: resume.dropped },
    ...newApprovals(state, options.approvals),
  ]
  if (unchecked.length > 0) {
    events.push({ type: 'evidence-collected', subject: 'resume-unchecked', evidence: [...unchecked] })
  }
  return events
}

/** What a dead run still holds goes before anything else; where it cannot, the resumed run ends at once. */
function* giveBackFirst(
  interpreter: Interpreter,
): Task<{ readonly outcome: 'failed'; readonly firstCause: ErrorRecord } | null> {
  const [left] = yield* giveBack(interpreter, ['on-interrupt'], false)
  return left === undefined ? null : { outcome: 'failed', firstCause: left.error }
}

/** The root fiber was interrupted: those under way have ended, this is its cleanup and runs to its end. */
function* concludeInterrupted(interpreter: Interpreter): Task<void> {
  const reason = interpreter.options.interruptReason?.() ?? 'the run was interrupted'
  yield* interpreter.stopAll()
  yield* interpreter.record([{ type: 'cancel-requested', reason }, ...interpreter.interruptions()])
  // Where nothing was under way any more, the interrupt came too late to change how the run ends.
  const { ending } = interpreter.state
  yield* conclude(interpreter, ending?.outcome ?? 'interrupted', ending?.firstCause ?? null)
}

/** The journal takes nothing more: what is under way ends, and what can be given back is; resume will find the rest. */
function* giveUp(interpreter: Interpreter): Task<void> {
  yield* interpreter.halt()
  yield* attempt(giveBack(interpreter, ['on-interrupt'], false))
}

function* alreadyCompleted(state: RunState): Task<RunResult> {
  return {
    outcome: 'completed',
    firstCause: null,
    state,
    held: yield* Executor.held({ known: knownHeld(state) }),
  }
}

function newApprovals(state: RunState, approvals: Readonly<Record<string, string>>): RunEvent[] {
  return Object.entries(approvals)
    .filter(([step]) => state.steps.get(state.graph.indexOf.get(step) ?? 0).approvedBy === null)
    .map(([step, by]) => ({ type: 'approval-given', step, by }))
}

function assertApprovals(state: RunState, approvals: Readonly<Record<string, string>>): void {
  for (const step of Object.keys(approvals)) {
    if (!state.graph.indexOf.has(step)) {
      throw new OperatingError('usage-invalid', `an approval names the step ${step}, which does not exist`)
    }
  }
}

function assertSameRun(state: RunState, { identity, runbook }: EngineOptions): void {
  const { started } = state
  if (started === null) throw new OperatingError('precondition-failed', 'the journal holds no run to resume')
  const pairs = [
    ['run', started.runId, identity.runId],
    ['runbook', started.runbook.digest, runbook.digest],
    ['tool', started.tool.digest, identity.tool.digest],
    ['action set', started.actionsDigest, identity.actionsDigest],
    ['target', started.target, identity.target],
  ] as const
  for (const [what, before, now] of pairs) {
    if (before === now) continue
    throw new OperatingError('precondition-failed', `the ${what} is not the one this run was started with`, {
      subject: what,
      hint: 'Resume with the release, runbook and parameters that started the run, or start a new one.',
    })
  }
}
