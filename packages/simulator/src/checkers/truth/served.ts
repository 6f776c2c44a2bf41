import type { Checksums, Task } from '@dr-drill/runbook-core'
import { type Assertion, assertionDigest } from '@dr-drill/runbook-core/stemedb'
import type { QueryPage, StemedbEngine } from '../../stemedb/index.ts'
import type { LedgerTruth } from './ledger-truth.ts'

/** A record that an engine holds. */
export interface Served {
  readonly position: number
  readonly key: string
  readonly digest: string
}

const PAGE = 1000
const digests = new WeakMap<Assertion, string>()

/** Everything that an engine holds, in order of position, asked of the engine itself and over none of the product's readers. */
export function* servedBy(engine: StemedbEngine, checksums: Checksums): Task<readonly Served[]> {
  const served: Served[] = []
  for (let cursor: number | null = null; ; ) {
    const page: QueryPage = yield* engine.query({
      conceptPath: '*',
      predicate: null,
      lens: 'position',
      limit: PAGE,
      cursor,
    })
    for (const record of servedIn(page.assertions, checksums)) served.push(record)
    cursor = page.cursor
    if (cursor === null) return served
  }
}

const pages = new WeakMap<QueryPage['assertions'], readonly Served[]>()

function servedIn(assertions: QueryPage['assertions'], checksums: Checksums): readonly Served[] {
  const known = pages.get(assertions)
  if (known !== undefined) return known
  const served = assertions.map(({ position, assertion }) => ({
    position,
    key: assertion.id,
    digest: digestOf(assertion, checksums),
  }))
  pages.set(assertions, served)
  return served
}

/** Assertions are immutable once they are decoded, and engines that decode the same bytes may share them. */
function digestOf(assertion: Assertion, checksums: Checksums): string {
  const known = digests.get(assertion)
  if (known !== undefined) return known
  const digest = assertionDigest(checksums, assertion)
  digests.set(assertion, digest)
  return digest
}

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
  let [acknowledged, lost] = [0, 0]
  let oldestLostAt: number | null = null
  for (const record of ledger.whole.records) {
    if (!ledger.isAcknowledged(record)) continue
    acknowledged += 1
    if (record.position <= last) continue
    lost += 1
    oldestLostAt = Math.min(oldestLostAt ?? record.at, record.at)
  }
  const recovered = acknowledged - lost
  return { acknowledged, recovered, lost, altered: 0, duplicated: 0, unexpected: 0, oldestLostAt }
}

const untrue = new WeakMap<LedgerTruth, WeakMap<readonly Served[], number>>()

/** Index of the first record that is not the one that production wrote at its position, without a hole before it; -1: all are. */
export function firstUntrue(ledger: LedgerTruth, served: readonly Served[]): number {
  let known = untrue.get(ledger)
  if (known === undefined) {
    known = new WeakMap()
    untrue.set(ledger, known)
  }
  let first = known.get(served)
  if (first === undefined) {
    first = served.findIndex(
      ({ key, digest, position }, index) => position !== index + 1 || !ledger.isTrueAt(position, key, digest),
    )
    known.set(served, first)
  }
  return first
}

/** Index of the first record that is not at the position behind the one before it; -1: all are. */
export const firstHole = (served: readonly Served[]): number =>
  served.findIndex(({ position }, index) => position !== index + 1)

/** True when what is served is exactly the first records of production, at their positions. */
export const isTruePrefix = (ledger: LedgerTruth, served: readonly Served[]): boolean =>
  firstUntrue(ledger, served) < 0
