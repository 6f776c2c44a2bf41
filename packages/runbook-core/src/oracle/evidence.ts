import { z } from 'zod'
import { formatInstant } from '../text/instant.ts'
import type { ComparedFiles } from './compare-files.ts'
import type { LedgerPoint } from './comparison.ts'

const count = z.int().nonnegative()
const instant = z.string()
const point = z.object({ key: z.string(), position: z.string(), at: instant })

/** Counts of a comparison. `unexpected` is null when the ledger is only a sample: nobody can tell then. */
export const lossSchema = z.object({
  unit: z.string(),
  acknowledged: count,
  recovered: count,
  lost: count,
  altered: count,
  duplicated: count,
  unexpected: count.nullable(),
})

/** What became of the records. */
export type Loss = z.infer<typeof lossSchema>

/**
 * The oracle's result as it stands in a journal (`evidence-collected`, subject `oracle`) and in what `judge` prints. Instants are
 * RFC 3339 UTC of history time.
 */
export const oracleEvidenceSchema = z.object({
  loss: lossSchema,
  coverage: z.enum(['complete', 'sample']),
  /** False when ledger or readback show that they are cut short. */
  complete: z.boolean(),
  lostIsTail: z.boolean(),
  failureAt: instant.nullable(),
  recoveryPointAt: instant.nullable(),
  newestAcknowledgedAt: instant.nullable(),
  oldestMissing: point.nullable(),
  firstLost: point.nullable(),
  lastReturned: point.nullable(),
  submittedOnlyReturned: count,
  submittedOnlyAbsent: count,
  lossWindowMs: count.nullable(),
  recoveryPointAgeMs: count.nullable(),
  examples: z.object({
    lost: z.array(z.string()),
    altered: z.array(z.string()),
    duplicated: z.array(z.string()),
    unexpected: z.array(z.string()),
  }),
})

/** See `oracleEvidenceSchema`. */
export type OracleEvidence = z.infer<typeof oracleEvidenceSchema>

/** The evidence of compared files. `failureAt` (history time, ms) overrides the ledger's own. */
export function oracleEvidence(compared: ComparedFiles, failureAt: number | null): OracleEvidence {
  const { comparison, ledger } = compared
  const failure = failureAt ?? ledger.failureAt
  const age = (at: number | null) => (failure === null || at === null ? null : Math.max(0, failure - at))
  const missing = comparison.oldestMissing
  return {
    loss: {
      unit: ledger.unit,
      acknowledged: comparison.acknowledged,
      recovered: comparison.recovered,
      lost: comparison.lost,
      altered: comparison.altered,
      duplicated: comparison.duplicated,
      unexpected: ledger.coverage === 'sample' ? null : comparison.unexpected,
    },
    coverage: ledger.coverage,
    complete: compared.complete,
    lostIsTail: comparison.lostIsTail,
    failureAt: text(failure),
    recoveryPointAt: text(comparison.recoveryPointAt),
    newestAcknowledgedAt: text(comparison.newestAcknowledgedAt),
    oldestMissing: pointText(missing),
    firstLost: pointText(comparison.firstLost),
    lastReturned: pointText(comparison.lastReturned),
    submittedOnlyReturned: comparison.submittedOnlyReturned,
    submittedOnlyAbsent: comparison.submittedOnlyAbsent,
    lossWindowMs: missing === null ? 0 : age(missing.at),
    recoveryPointAgeMs: age(comparison.recoveryPointAt),
    examples: {
      lost: [...comparison.examples.lost],
      altered: [...comparison.examples.altered],
      duplicated: [...comparison.examples.duplicated],
      unexpected: ledger.coverage === 'sample' ? [] : [...comparison.examples.unexpected],
    },
  }
}

const text = (at: number | null): string | null => (at === null ? null : formatInstant(at))

const pointText = (point: LedgerPoint | null) =>
  point === null ? null : { ...point, at: formatInstant(point.at) }
