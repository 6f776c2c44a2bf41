import { ERRORS } from '../errors/index.ts'
import { wrongRecords } from '../oracle/judge-files.ts'
import { type Claim, supplied } from './claims.ts'
import { evidenceOf } from './evidence.ts'
import type { RunRecord } from './run-record.ts'
import type { Milestones, StepFacts } from './step-facts.ts'

/** What a run came to. */
export type VerdictKind =
  | 'restored'
  | 'restored-with-loss'
  | 'refused'
  | 'failed'
  | 'inconclusive'
  | 'interrupted'

/** What happened, before anybody asks whether it is good enough. */
export interface Outcome {
  readonly kind: VerdictKind
  readonly reason: string
  readonly next: string
  /** Exit code that the outcome alone calls for. */
  readonly exitCode: number
}

const SIGNAL_CODES: readonly (readonly [string, number])[] = [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
]

/** The outcome of a run by its facts alone (contracts.md, "From facts to verdict"). */
export function outcomeOf(
  record: RunRecord,
  steps: readonly StepFacts[],
  times: Milestones,
  claims: readonly Claim[],
): Outcome {
  const { ended } = record
  if (ended === null) return interrupted('the process died before the run had ended', 1)
  if (ended.outcome === 'completed') {
    return record.started?.dryRun === true ? rehearsedOnPaper(steps) : completed(record, times, claims)
  }
  if (ended.outcome === 'paused') {
    const reason = ended.firstCause?.message ?? 'a step waits for a person'
    return {
      kind: 'interrupted',
      reason,
      next: ended.firstCause?.hint ?? 'Give the approval with --approve STEP=NAME and resume.',
      exitCode: 6,
    }
  }
  if (ended.firstCause?.code === 'deadline-passed') {
    return {
      kind: 'inconclusive',
      reason: ended.firstCause.message,
      next: ended.firstCause.hint,
      exitCode: 4,
    }
  }
  if (ended.outcome === 'interrupted') {
    const reason = record.cancels.at(-1) ?? ended.firstCause?.message ?? 'it was told to stop'
    const code = SIGNAL_CODES.find(([signal]) => reason.includes(signal))?.[1] ?? 130
    return interrupted(reason, code)
  }
  return stopped(record, steps, times)
}

function interrupted(reason: string, exitCode: number): Outcome {
  return {
    kind: 'interrupted',
    reason,
    next: 'Resume the run: nothing that was done is done again.',
    exitCode,
  }
}

/**
 * A run that ended by an error has refused when nothing was put in place and no client was moved, for whatever reason it stopped on
 * bad material; otherwise it failed.
 */
function stopped(record: RunRecord, steps: readonly StepFacts[], times: Milestones): Outcome {
  const cause = record.ended?.firstCause ?? null
  const reason = cause?.message ?? 'a step failed'
  const next = cause?.hint ?? 'Look at the failed step in the journal.'
  const code = cause === null ? 1 : ERRORS[cause.code].exitCode
  if (code === 70 || code === 5) return { kind: 'failed', reason, next, exitCode: code }
  if (code === 4) return { kind: 'inconclusive', reason, next, exitCode: 4 }
  const untouched = times.trafficMoved === null && !hurtGoodCopies(record)
  const refusing =
    code === 3 || code === 2 || (cause?.code !== 'cancelled' && isOutage(cause?.code) && !hasPlaced(steps))
  if (untouched && refusing) return refused(record, reason, next)
  const resume = next.includes('resume') ? next : `${next} Then resume the run.`
  return { kind: 'failed', reason, next: resume, exitCode: 1 }
}

/** A refusal says nothing about faults that had no chance to strike: a run that was to show what they do shows nothing. */
function refused(record: RunRecord, reason: string, next: string): Outcome {
  const unfired = unfiredFaults(record)
  if (unfired.length === 0) return { kind: 'refused', reason, next, exitCode: 3 }
  return { kind: 'inconclusive', reason: [...unfired, reason].join('; '), next, exitCode: 4 }
}

/** The source went away: whatever was not placed yet leaves the target as it was. */
const isOutage = (code: string | undefined): boolean =>
  code === 'store-unavailable' ||
  code === 'store-throttled' ||
  code === 'connection-failed' ||
  code === 'timed-out'

/** True when a step that puts data in place has begun to write. */
function hasPlaced(steps: readonly StepFacts[]): boolean {
  return steps.some(({ traits, record }) => traits.includes('places') && (record?.effects.intended ?? 0) > 0)
}

function hurtGoodCopies(record: RunRecord): boolean {
  const copies = evidenceOf(record, 'last-good-copy')
  return (
    (copies !== null && copies.missing.length + copies.changed.length > 0) || record.sourceWrites.length > 0
  )
}

function rehearsedOnPaper(steps: readonly StepFacts[]): Outcome {
  const skipped = steps.filter(({ record }) => record?.skipped?.reason === 'not-exercised').length
  return {
    kind: 'inconclusive',
    reason: `a dry run: ${skipped} of ${steps.length} steps would write or rest on one that would; nothing was written`,
    next: 'Read what each step would write, then run it without --dry-run.',
    exitCode: 0,
  }
}

function completed(record: RunRecord, times: Milestones, claims: readonly Claim[]): Outcome {
  const oracle = evidenceOf(record, 'oracle')
  const wrong = oracle === null ? [] : wrongRecords(oracle.loss)
  const refuted = claims.filter((claim) => claim.status === 'refuted' && claim.required)
  if (wrong.length > 0 || refuted.length > 0) {
    const reason = [...wrong.map((words) => `${words} records`), ...refuted.map(refutation)].join('; ')
    return {
      kind: 'failed',
      reason,
      next: 'Keep clients away and keep the source: the restored data is not right.',
      exitCode: 1,
    }
  }
  if (times.gatePassed === null) {
    return {
      kind: 'failed',
      reason: 'the run ended without passing its gate',
      next: 'Look at the gate step.',
      exitCode: 1,
    }
  }
  const unchecked = uncheckable(record, claims)
  if (unchecked.length > 0) {
    return {
      kind: 'inconclusive',
      reason: unchecked.join('; '),
      next: 'Make the missing check possible and run again.',
      exitCode: 4,
    }
  }
  if (oracle === null) {
    return {
      kind: 'restored',
      reason: 'the restored service answers; loss is unknown: no ledger was given',
      next: 'Run again with --ledger FILE to know what is lost.',
      exitCode: 0,
    }
  }
  const { acknowledged, lost, unit } = oracle.loss
  if (lost === 0) {
    return {
      kind: 'restored',
      reason: `all ${acknowledged} acknowledged ${unit}s came back`,
      next: 'Nothing to do for the data.',
      exitCode: 0,
    }
  }
  return {
    kind: 'restored-with-loss',
    reason: `${lost} of ${acknowledged} acknowledged ${unit}s did not come back`,
    next: 'Tell the writers that what was acknowledged after the recovery point is gone.',
    exitCode: 0,
  }
}

const refutation = (claim: Claim): string => `refuted: ${claim.text} (${claim.by})`

function uncheckable(record: RunRecord, claims: readonly Claim[]): string[] {
  const open = claims
    .filter((claim) => claim.required && claim.status === 'unproven')
    .map((claim) => `${claim.id} could not be checked: ${claim.by}`)
  const unfired = unfiredFaults(record)
  const oracle = evidenceOf(record, 'oracle')
  if (oracle === null && supplied(record).ledger && open.length === 0)
    open.push('the ledger was not compared')
  return [...unfired, ...open]
}

const unfiredFaults = (record: RunRecord): string[] =>
  faultsOf(record)
    .filter((fault) => !fault.fired)
    .map((fault) => `fault ${fault.kind} was asked for and did not fire`)

/** Faults asked for, and whether each fired: equal ones are counted, so that two of a kind must fire twice. */
export function faultsOf(record: RunRecord) {
  const fired = new Map<string, number>()
  for (const { fault } of record.faultsFired) {
    const id = faultId(fault)
    fired.set(id, (fired.get(id) ?? 0) + 1)
  }
  return (record.started?.faults ?? []).map((fault) => {
    const left = fired.get(faultId(fault)) ?? 0
    fired.set(faultId(fault), left - 1)
    return { kind: fault.kind, with: fault.with, fired: left > 0 }
  })
}

function faultId(fault: { readonly kind: string; readonly with: Readonly<Record<string, unknown>> }): string {
  return JSON.stringify([fault.kind, Object.entries(fault.with).sort(([a], [b]) => (a < b ? -1 : 1))])
}
