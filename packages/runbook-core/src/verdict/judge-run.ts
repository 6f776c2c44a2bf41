import type { ActionRegistry } from '../actions/index.ts'
import { INVARIANTS } from '../invariants/index.ts'
import type { InvariantResult } from '../invariants/invariant-result.ts'
import type { Plan } from '../planner/index.ts'
import type { QualifiedRunbook } from '../runbook/qualified.ts'
import { type Claim, claimsOf } from './claims.ts'
import { type ObjectivesResult, rpoResult, rtoResult } from './objectives.ts'
import { faultsOf, type Outcome, outcomeOf, type VerdictKind } from './outcome.ts'
import type { RunRecord } from './run-record.ts'
import { type Selected, selectionOf } from './selection.ts'
import { type Milestones, milestones, type StepFacts, stepFacts } from './step-facts.ts'

/** What judging needs of a plan. */
export type JudgedPlan = Pick<Plan, 'criticalPath' | 'steps'>

/** What a run is judged by. */
export interface JudgeRunInput {
  readonly record: RunRecord
  readonly runbook: QualifiedRunbook
  readonly actions: ActionRegistry
  /** The plan, for critical path and budgets; null: every step counts for the RTO, and no budget is known. */
  readonly plan: JudgedPlan | null
  /** `--expect`: passing is ending with this verdict, and nothing else. */
  readonly expect: VerdictKind | null
  /** `--dry-run`: nothing was done, so nothing passed or failed. */
  readonly dryRun: boolean
}

/** A judged run: everything that report and exit code are made of. */
export interface JudgedRun {
  readonly record: RunRecord
  readonly runbook: QualifiedRunbook
  readonly plan: JudgedPlan | null
  readonly steps: readonly StepFacts[]
  readonly times: Milestones
  readonly objectives: ObjectivesResult
  readonly claims: readonly Claim[]
  readonly selection: readonly Selected[]
  readonly faults: readonly {
    readonly kind: string
    readonly with: Readonly<Record<string, string | number | boolean>>
    readonly fired: boolean
  }[]
  readonly invariants: readonly InvariantResult[]
  readonly verdict: { readonly kind: VerdictKind; readonly reason: string; readonly next: string }
  /** Null in a dry run. */
  readonly passed: boolean | null
  readonly symbol: '✅' | '⚠️' | '❌'
  readonly exitCode: number
  readonly expected: VerdictKind | null
}

/** Judges a run by its record; pure. */
export function judgeRun(input: JudgeRunInput): JudgedRun {
  const { record, runbook } = input
  const steps = stepFacts(record, runbook, input.actions)
  const times = milestones(record, runbook, steps)
  const objectives: ObjectivesResult = {
    rto: rtoResult(record, steps, times, input.plan?.criticalPath.steps ?? null),
    rpo: rpoResult(record, runbook.protection, times),
  }
  const claims = claimsOf(record, times)
  const selection = selectionOf(record, steps)
  const outcome = outcomeOf(record, steps, times, claims)
  const context = { record, runbook, steps, times, objectives, claims, selection, kind: outcome.kind }
  const isDry = record.started?.dryRun === true
  const invariants = INVARIANTS.map((invariant) => {
    const checked = invariant.check(context)
    return isDry
      ? { ...checked, status: 'not-applicable' as const, detail: 'a dry run changes nothing' }
      : checked
  })
  const verdict = withProblems(outcome, objectives, invariants)
  const exitCode = expectedCode(input, verdict)
  const passed = input.dryRun ? null : exitCode === 0
  return {
    record,
    runbook,
    plan: input.plan,
    steps,
    times,
    objectives,
    claims,
    selection,
    faults: faultsOf(record),
    invariants,
    verdict: { kind: verdict.kind, reason: verdict.reason, next: verdict.next },
    passed,
    symbol: symbolOf(passed, verdict.kind, claims),
    exitCode,
    expected: input.expect,
  }
}

/** With `--expect` the run passes by ending as expected; what was interrupted, or broke in the tool, cannot be expected. */
function expectedCode({ expect, dryRun }: JudgeRunInput, verdict: Outcome): number {
  if (dryRun) return verdict.kind === 'failed' || verdict.kind === 'refused' ? verdict.exitCode : 0
  if (expect === null || verdict.exitCode === 70 || verdict.exitCode === 5) return verdict.exitCode
  if (verdict.kind === 'interrupted' && expect !== 'interrupted') return verdict.exitCode
  return verdict.kind === expect ? 0 : 1
}

/**
 * A restored run does not pass with a missed objective or a violated invariant; where one could not be checked, it is inconclusive.
 * What already ended otherwise keeps its own outcome.
 */
function withProblems(
  outcome: Outcome,
  objectives: ObjectivesResult,
  invariants: readonly InvariantResult[],
): Outcome {
  if (outcome.kind !== 'restored' && outcome.kind !== 'restored-with-loss') return outcome
  const problems = invariants
    .filter((one) => one.status === 'violated')
    .map((one) => `${one.id} ${one.name} is violated: ${one.detail}`)
  if (objectives.rto.status === 'missed') problems.push('the RTO is missed')
  if (objectives.rpo.status === 'missed') problems.push('the RPO is missed')
  if (problems.length > 0) {
    return {
      ...outcome,
      reason: [outcome.reason, ...problems].join('; '),
      next: 'Mend what is violated or missed before you rely on this procedure.',
      exitCode: 1,
    }
  }
  const unchecked = invariants.filter((one) => one.status === 'not-checked')
  if (unchecked.length === 0) return outcome
  const words = unchecked.map((one) => `${one.id} ${one.name} could not be checked: ${one.detail}`)
  return {
    kind: 'inconclusive',
    reason: [outcome.reason, ...words].join('; '),
    next: 'Make the missing check possible and run again.',
    exitCode: 4,
  }
}

/** ❌ unless passed; ⚠️ for any loss or unproven claim; ✅ for the rest. A dry run is never more than ⚠️. */
function symbolOf(passed: boolean | null, kind: VerdictKind, claims: readonly Claim[]): JudgedRun['symbol'] {
  if (passed === false) return '❌'
  if (passed === null || kind !== 'restored') return '⚠️'
  return claims.some((claim) => claim.status !== 'proven') ? '⚠️' : '✅'
}
