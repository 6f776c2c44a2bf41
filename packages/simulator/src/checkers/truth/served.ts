import type { Acknowledged, LedgerTruth, WholeLedger } from './ledger-truth.ts'
import type { Served } from './served-records.ts'

/** How what is served differs from what was promised. */
export interface TrueLoss {
  readonly acknowledged: number
  readonly recovered: number
  readonly lost: number
  readonly altered: number
  readonly duplicated: number
  readonly unexpected: number
  /** When the oldest lost record had been acknowledged; null: none is lost. */
  readonly oldestLostAt: number | null
}

/** Compares what is served, less the run's own test writes, with what was promised. */
export function trueLoss(ledger: LedgerTruth, served: readonly Served[]): TrueLoss {
  const { whole } = ledger
  if (isKnownPrefix(ledger, served)) return lossBehind(ledger, served.length)
  const right = new Set<string>()
  const seen = new Set<string>()
  let duplicated = 0
  let unexpected = 0
  for (const { key, digest } of served) {
    if (seen.has(key)) duplicated += 1
    seen.add(key)
    if (!ledger.wasSubmitted(key)) unexpected += 1
    if (whole.byKey.get(key)?.digest === digest) right.add(key)
  }
  let acknowledged = 0
  let altered = 0
  let lost = 0
  let oldestLostAt: number | null = null
  for (const record of whole.records) {
    if (!ledger.isAcknowledged(record)) continue
    acknowledged += 1
    if (right.has(record.key)) continue
    if (seen.has(record.key)) altered += 1
    else lost += 1
    oldestLostAt = Math.min(oldestLostAt ?? record.at, record.at)
  }
  const recovered = acknowledged - lost - altered
  return { acknowledged, recovered, lost, altered, duplicated, unexpected, oldestLostAt }
}

/**
 * True when what is served is exactly the first records that production acknowledged and had been sent before the disaster: nothing in
 * it then needs to be looked up key by key.
 */
export function isKnownPrefix(ledger: LedgerTruth, served: readonly Served[]): boolean {
  const { records, submittedUntil, hasOnePlacePerKey } = ledger.whole
  const last = served.length
  if (!hasOnePlacePerKey || records[last - 1]?.position !== last) return false
  return (submittedUntil[last - 1] ?? 0) <= ledger.failureAt && isTruePrefix(ledger, served)
}

/** The loss where the first so many records are there and nothing else is. */
function lossBehind(ledger: LedgerTruth, last: number): TrueLoss {
  const { records } = ledger.whole
  const acknowledged = ledger.acknowledgedCount
  let lost = 0
  let oldestLostAt: number | null = null
  for (let index = last; index < records.length; index += 1) {
    const record = records[index] as Acknowledged
    if (!ledger.isAcknowledged(record)) continue
    lost += 1
    oldestLostAt = Math.min(oldestLostAt ?? record.at, record.at)
  }
  const recovered = acknowledged - lost
  return { acknowledged, recovered, lost, altered: 0, duplicated: 0, unexpected: 0, oldestLostAt }
}

const strange = new WeakMap<WholeLedger, WeakMap<readonly Served[], number>>()

/** Index of the first record that is not one which production acknowledged at the position that it has here; -1: all are. */
function firstStrange({ records }: WholeLedger, served: readonly Served[]): number {
  return served.findIndex(({ key, digest, position }, index) => {
    const record = records[index]
    return (
      position !== index + 1 ||
      record?.position !== position ||
      record.key !== key ||
      record.digest !== digest
    )
  })
}

/** Index of the first record that is not the one that production wrote at its position, without a hole before it; -1: all are. */
export function firstUntrue(ledger: LedgerTruth, served: readonly Served[]): number {
  const strangers = remembered(strange, ledger.whole, () => new WeakMap<readonly Served[], number>())
  const first = remembered(strangers, served, () => firstStrange(ledger.whole, served))
  if (first < 0) return first
  return served.findIndex(
    ({ key, digest, position }, index) =>
      index >= first && (position !== index + 1 || !ledger.isTrueAt(position, key, digest)),
  )
}

const holes = new WeakMap<readonly Served[], number>()

/** Index of the first record that is not at the position behind the one before it; -1: all are. */
export const firstHole = (served: readonly Served[]): number =>
  remembered(holes, served, () => served.findIndex(({ position }, index) => position !== index + 1))

function remembered<K extends object, V>(known: WeakMap<K, V>, about: K, compute: () => V): V {
  const found = known.get(about)
  if (found !== undefined) return found
  const computed = compute()
  known.set(about, computed)
  return computed
}

/** True when what is served is exactly the first records of production, at their positions. */
export const isTruePrefix = (ledger: LedgerTruth, served: readonly Served[]): boolean =>
  firstUntrue(ledger, served) < 0
