import { type Checksums, sameAsBefore } from '../../checksums/index.ts'
import { OperatingError, toOperatingError } from '../../errors/index.ts'
import type { RunEvent } from '../../journal/events.ts'
import { resolveInput } from '../../runbook/templates.ts'
import { idempotencyKey, inputDigestOf } from '../identity.ts'
import { inputSteps, type RunFacts, scopeOf } from '../scope.ts'
import type { RunState } from '../state/run-state.ts'
import { wellFormedRecord } from '../well-formed.ts'

/** Evaluates condition and input of a step: it starts, is skipped, or fails because they cannot be evaluated. */
export function beginStep(
  state: RunState,
  index: number,
  facts: RunFacts,
  runId: string,
  checksums: Checksums,
): RunEvent {
  const step = state.graph.steps[index]!
  const attempt = state.steps.get(index).attempt + 1
  try {
    const scope = scopeOf(state, facts, inputSteps(step))
    const held = facts.run.capabilities as readonly string[]
    const lacking = (step.requires ?? []).filter((name) => !held.includes(name))
    if (lacking.length > 0) {
      const detail = `the target cannot ${lacking.join(', ')}`
      return { type: 'step-skipped', step: step.id, reason: 'not-exercised', detail }
    }
    if (facts.dryRun) {
      const unmade = inputSteps(step).find((id) => !hasOutput(state, id))
      if (unmade !== undefined) {
        const detail = `dry run: needs what step ${unmade} would give`
        return { type: 'step-skipped', step: step.id, reason: 'not-exercised', detail }
      }
    }
    if (step.when !== null) {
      const wanted = step.when.evaluate(scope)
      if (typeof wanted !== 'boolean') {
        throw new OperatingError('input-invalid', `the condition ${step.when.source} gave no boolean`)
      }
      if (!wanted) {
        return { type: 'step-skipped', step: step.id, reason: 'condition', detail: step.when.source }
      }
    }
    const input = sameAsBefore(checksums, resolveInput(step.action.with, scope))
    const inputDigest = inputDigestOf(input, checksums)
    const key = idempotencyKey({ runId, step: step.id, ordinal: 0, inputDigest }, checksums)
    return { type: 'step-started', step: step.id, attempt, input, inputDigest, key }
  } catch (thrown) {
    const error = wellFormedRecord(toOperatingError(thrown).toRecord())
    return { type: 'step-failed', step: step.id, attempt, error }
  }
}

/** False for a step that was skipped: it has no output that an expression could read. */
function hasOutput(state: RunState, id: string): boolean {
  const index = state.graph.indexOf.get(id)
  return index !== undefined && state.steps.get(index).status === 'succeeded'
}
