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
    for (const { position, assertion } of page.assertions) {
      served.push({ position, key: assertion.id, digest: digestOf(assertion, checksums) })
    }
    cursor = page.cursor
    if (cursor === null) return served
  }
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

/** Index of the first record that is not the one that production wrote at its position, without a hole before it; -1: all are. */
export function firstUntrue(ledger: LedgerTruth, served: readonly Served[]): number {
  return served.findIndex(
    ({ key, digest, position }, index) => position !== index + 1 || !ledger.isTrueAt(position, key, digest),
  )
}

/** Index of the first record that is not at the position behind the one before it; -1: all are. */
export const firstHole = (served: readonly Served[]): number =>
  served.findIndex(({ position }, index) => position !== index + 1)

/** True when what is served is exactly the first records of production, at their positions. */
export const isTruePrefix = (ledger: LedgerTruth, served: readonly Served[]): boolean =>
  firstUntrue(ledger, served) < 0
