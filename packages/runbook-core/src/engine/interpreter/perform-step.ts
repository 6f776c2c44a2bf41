import { type Checksums, Question, recall } from '../../checksums/index.ts'
import { type Task, timeout } from '../../effects/index.ts'
import { OperatingError, toOperatingError } from '../../errors/index.ts'
import { JOURNAL_LINE_BYTES_MAX } from '../../journal/entry.ts'
import type { RunEvent } from '../../journal/events.ts'
import type { QualifiedStep, Scope } from '../../runbook/qualified.ts'
import { canonicalJson } from '../../text/canonical-json.ts'
import type { Json } from '../../text/json.ts'
import { Executor, type Invocation } from '../executor.ts'
import { withView } from '../scope.ts'
import { stepView } from '../state/step-transition.ts'
import { wellFormedRecord } from '../well-formed.ts'

/** Longest output of a step, in characters of its JSON: it must fit a journal line whatever its characters are. */
export const OUTPUT_LENGTH_MAX = JOURNAL_LINE_BYTES_MAX / 8

/** Performs an action within its time, computes its captures and checks what must be true of it; gives the event of its end. */
export function* performStep(
  step: QualifiedStep,
  invocation: Invocation,
  scope: Scope,
  checksums: Checksums,
): Task<RunEvent> {
  const { attempt } = invocation
  try {
    const performed = yield* timeout(step.timeoutMs, `step ${step.id}`, Executor.perform(invocation))
    if (performed.skipped !== undefined) {
      return { type: 'step-skipped', step: step.id, reason: 'not-exercised', detail: performed.skipped }
    }
    const { output } = performed
    const captures = capture(step, output, scope)
    assertJournalable(step, output, captures, checksums)
    verify(step, withView(scope, step.id, stepView(output, captures)))
    return {
      type: 'step-succeeded',
      step: step.id,
      attempt,
      output,
      captures,
      exercised: performed.exercised,
    }
  } catch (thrown) {
    // Programmer errors too: the run still ends in order, with `internal` as its first cause (exit 70).
    const error = wellFormedRecord(toOperatingError(thrown).toRecord())
    return { type: 'step-failed', step: step.id, attempt, error }
  }
}

/** @throws OperatingError `input-invalid` for what JSON cannot say, `input-too-large` for what a journal line cannot hold */
function assertJournalable(step: QualifiedStep, output: Json, captures: Json, checksums: Checksums): void {
  const length = lengthOf(output, checksums) + canonicalJson({ captures }).length
  if (length <= OUTPUT_LENGTH_MAX) return
  throw new OperatingError('input-too-large', `the output of step ${step.id} has ${length} characters`, {
    subject: step.id,
  })
}

const LENGTH = new Question<number>('length of an output')

/** In characters of its canonical JSON, as a member of the event. */
function lengthOf(output: Json, checksums: Checksums): number {
  if (typeof output !== 'object' || output === null) return canonicalJson({ output }).length
  return recall(checksums, LENGTH, output, () => canonicalJson({ output }).length)
}

function capture(step: QualifiedStep, output: Json, scope: Scope): Readonly<Record<string, Json>> {
  const captures = new Map<string, Json>()
  for (const [name, expression] of step.capture) {
    const seen = withView(scope, step.id, stepView(output, Object.fromEntries(captures)))
    captures.set(name, expression.evaluate(seen))
  }
  return Object.fromEntries(captures)
}

function verify(step: QualifiedStep, scope: Scope): void {
  for (const check of step.verify) {
    if (check.evaluate(scope) === true) continue
    throw new OperatingError('check-failed', `after step ${step.id} this does not hold: ${check.source}`, {
      subject: step.id,
    })
  }
}
