import { worstCaseLoss } from '../planner/index.ts'
import type { Protection } from '../runbook/qualified.ts'
import { parseInstant } from '../text/instant.ts'
import { evidenceOf } from './evidence.ts'
import type { RunRecord } from './run-record.ts'
import type { Milestones, StepFacts } from './step-facts.ts'

/** How long the service was away, against its target. */
export interface RtoResult {
  readonly targetMs: number
  /** From declared to restored, drill time; null when service was not restored. */
  readonly measuredMs: number | null
  readonly basis: 'wall' | 'virtual'
  readonly status: 'met' | 'missed' | 'not-comparable'
  /** Why the measured value says nothing about the target; empty when it does. */
  readonly reasons: readonly string[]
  readonly bytes: number | null
  readonly bytesPerSecond: number | null
  /** Steps of the critical path that did not touch the real thing. */
  readonly notExercised: readonly string[]
}

/** How much of the newest data is gone, against its target. Null where unknown. */
export interface RpoResult {
  readonly targetMs: number
  readonly status: 'met' | 'missed' | null
  readonly basis: 'ledger' | 'archive-age'
  /** RFC 3339 UTC, history time. */
  readonly recoveryPointAt: string | null
  readonly recoveryPointAgeMs: number | null
  readonly lossWindowMs: number | null
  /** The most that the timers allow to be lost; null: no bound. */
  readonly derivedWorstCaseMs: number | null
}

/** Both objectives. */
export interface ObjectivesResult {
  readonly rto: RtoResult
  readonly rpo: RpoResult
}

/**
 * RTO as declared to restored in drill time. `met` needs supplied data at full size and every step of the critical path exercised
 * for real; virtual time may meet it in the model; a value beyond the target is `missed` however it came about.
 */
export function rtoResult(
  record: RunRecord,
  steps: readonly StepFacts[],
  times: Milestones,
  criticalPath: readonly string[] | null,
): RtoResult {
  const targetMs = record.started?.objectives.rtoMs ?? 0
  const declaredAt = record.marks.declared?.domain === 'drill' ? record.marks.declared.value : 0
  const measuredMs = times.restored === null ? null : Math.max(0, restoredValue(record, times) - declaredAt)
  const elapsedMs = measuredMs ?? record.lastAt - declaredAt
  const volume = evidenceOf(record, 'volume')
  const virtual = record.started?.environment === 'simulated'
  const path = steps.filter(({ step }) => criticalPath === null || criticalPath.includes(step.id))
  const notExercised = path.filter((facts) => !isReal(facts)).map(({ step }) => step.id)
  const reasons =
    measuredMs === null
      ? ['service was not restored']
      : incomparable(record, volume?.fullSize ?? false, notExercised)
  const bytes = volume?.bytes ?? null
  return {
    targetMs,
    measuredMs,
    basis: virtual ? 'virtual' : 'wall',
    status:
      elapsedMs > targetMs
        ? 'missed'
        : measuredMs !== null && (virtual || reasons.length === 0)
          ? 'met'
          : 'not-comparable',
    reasons,
    bytes,
    bytesPerSecond:
      bytes === null || measuredMs === null || measuredMs === 0
        ? null
        : Math.floor((bytes * 1_000) / measuredMs),
    notExercised,
  }
}

/** A mark carries its own value; a step's end is its place in the journal. */
function restoredValue(record: RunRecord, times: Milestones): number {
  const mark = record.marks.restored
  return mark?.domain === 'drill' ? mark.value : (times.restored?.at ?? 0)
}

/** Steps whose condition did not hold are not part of what a restore takes. */
function isReal({ record }: StepFacts): boolean {
  if (record?.skipped?.reason === 'condition') return true
  return record !== null && record.exercised === 'real'
}

function incomparable(record: RunRecord, fullSize: boolean, notExercised: readonly string[]): string[] {
  const reasons: string[] = []
  if (record.started?.environment === 'simulated')
    reasons.push('time was virtual: this is the model\u2019s answer')
  if (record.started?.data !== 'supplied') reasons.push('the data was generated, not yours')
  if (!fullSize) reasons.push('the data was not known to be of production\u2019s full size')
  if (notExercised.length > 0) reasons.push(`${notExercised.length} steps did not touch the real thing`)
  return reasons
}

/**
 * RPO by the ledger where there is one, else by the age of the newest archived record. Before the gate has passed nothing is restored:
 * what the archive holds can then miss the target, but not meet it.
 */
export function rpoResult(record: RunRecord, protection: Protection, times: Milestones): RpoResult {
  const targetMs = record.started?.objectives.rpoMs ?? 0
  const worst = worstCaseLoss(protection, targetMs).worstCaseMs
  const oracle = evidenceOf(record, 'oracle')
  if (oracle !== null) {
    const { recoveryPointAt, recoveryPointAgeMs, lossWindowMs } = oracle
    const status = within(lossWindowMs, targetMs)
    return {
      targetMs,
      status,
      basis: 'ledger',
      recoveryPointAt,
      recoveryPointAgeMs,
      lossWindowMs,
      derivedWorstCaseMs: worst,
    }
  }
  const age = evidenceOf(record, 'archive-age')
  const newest = age === null ? null : parseInstant(age.newestArchivedAt)
  const failure = age === null ? null : parseInstant(age.failureAt)
  const ageMs = newest === null || failure === null ? null : Math.max(0, failure - newest)
  return {
    targetMs,
    status: times.gatePassed === null && ageMs !== null && ageMs <= targetMs ? null : within(ageMs, targetMs),
    basis: 'archive-age',
    recoveryPointAt: age !== null && ageMs !== null ? age.newestArchivedAt : null,
    recoveryPointAgeMs: ageMs,
    lossWindowMs: null,
    derivedWorstCaseMs: worst,
  }
}

const within = (valueMs: number | null, targetMs: number): RpoResult['status'] =>
  valueMs === null ? null : valueMs <= targetMs ? 'met' : 'missed'

/** What the RPO is judged by: loss where it is known, else the age of the archive. */
export function judgedLossMs(rpo: RpoResult): number | null {
  return rpo.basis === 'ledger' ? rpo.lossWindowMs : rpo.recoveryPointAgeMs
}
