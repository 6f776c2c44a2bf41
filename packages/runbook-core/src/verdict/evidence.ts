import { z } from 'zod'
import { oracleEvidenceSchema } from '../oracle/evidence.ts'
import type { RunRecord } from './run-record.ts'

const count = z.int().nonnegative()
const instant = z.string()
/** Four octal digits: `0640`. */
const mode = z.string().regex(/^[0-7]{4}$/)

/**
 * Facts that only the target can tell, by the subject of their `evidence-collected` event. The target collects them; nothing here
 * is believed to be there: what is missing or has another shape makes its invariants not-checked and its claims unproven.
 */
export const EVIDENCE = {
  /** The comparison of ledger and readback (`oracleEvidence`). Only when there is a ledger. */
  oracle: oracleEvidenceSchema,
  /** What the person who started the run gave it to prove with. Without this event: a ledger if there is oracle evidence. */
  supplied: z.object({ ledger: z.boolean(), trustKey: z.boolean() }),
  /**
   * What the restored service holds against what verified backup and log say it must. `restoredRecords` counts a readback of all
   * records, less the run's own test writes; `expectedRecords` is the manifest's count and the scanned log's; positions are of the
   * scanned prefix; `gaps` counts holes inside it, `histories` the histories that it mixes.
   */
  'restored-range': z.object({
    expectedRecords: count,
    restoredRecords: count,
    firstPosition: z.string().nullable(),
    lastPosition: z.string().nullable(),
    gaps: count,
    histories: count,
  }),
  /** Signatures of manifests and sidecars of all that was restored, checked against the trusted key. */
  authenticity: z.object({ verified: count, failed: count, unsigned: count }),
  /** The newest record that the archive holds, history time, and the failure it is measured from. */
  'archive-age': z.object({ newestArchivedAt: instant, failureAt: instant }),
  /** Requests that reached the source, counted by its side where it is ours, else by the client. */
  'source-requests': z.object({ get: count, head: count, list: count, other: count, refusedWrites: count }),
  /** Objects of the source, and other good copies the run was told of, before and after it. At most 100 names each. */
  'last-good-copy': z.object({
    before: count,
    after: count,
    missing: z.array(z.string()),
    changed: z.array(z.string()),
  }),
  /** What lies below the data roots, and what the runbook says must: equal entries are counted together (`groupInventory`). */
  inventory: z.object({
    rules: z.array(
      z.object({
        root: z.string(),
        directoryMode: mode,
        fileMode: mode,
        /** Null: the target cannot change owners, so none is demanded. */
        owner: z.string().nullable(),
        group: z.string().nullable(),
      }),
    ),
    groups: z.array(
      z.object({
        root: z.string(),
        type: z.enum(['file', 'directory', 'symlink', 'other']),
        mode,
        owner: z.string(),
        group: z.string(),
        count,
        example: z.string(),
      }),
    ),
  }),
  /** Most bytes the run had on the target's disk at once, and the most that the plan allows; null: no bound could be computed. */
  'disk-peak': z.object({ peakBytes: count, boundBytes: count.nullable() }),
  /** What the restored server has put into its archive since it was started: complete backups and closed log segments. */
  'archive-objects': z.object({ backups: count, segments: count }),
  /** How much was restored, and whether that is all there is in production. */
  volume: z.object({ bytes: count, records: count, fullSize: z.boolean() }),
  /** Every candidate of a choice with the reason; overrides what the steps' outputs say. */
  selection: z.array(z.object({ candidate: z.string(), chosen: z.boolean(), reason: z.string() })),
  /** In a restore to a target time: records that came back from after it, and archived ones from before it that did not. */
  'target-time': z.object({ targetAt: instant, returnedAfter: count, missingBefore: count }),
  /** Where an earlier restore fenced off a range: its records, and those that came back all the same. */
  tombstones: z.object({ fenced: count, returned: count }),
  /** What the run leaves on the machine on purpose, in words, with how to remove it. */
  'left-behind': z.object({ items: z.array(z.string()) }),
} as const

/** Subjects of evidence that verdicts rest on. */
export type EvidenceSubject = keyof typeof EVIDENCE
/** The evidence of a subject. */
export type Evidence<S extends EvidenceSubject> = z.infer<(typeof EVIDENCE)[S]>

/** The evidence of a subject, or null when it is missing or has another shape. */
export function evidenceOf<S extends EvidenceSubject>(record: RunRecord, subject: S): Evidence<S> | null {
  if (!record.evidence.has(subject)) return null
  const parsed = EVIDENCE[subject].safeParse(record.evidence.get(subject))
  return parsed.success ? (parsed.data as Evidence<S>) : null
}

/** Whether evidence was left out or is unreadable, in words for a `not-checked`. */
export function absence(record: RunRecord, subject: EvidenceSubject): string {
  return record.evidence.has(subject)
    ? `the evidence "${subject}" has another shape than expected`
    : `no evidence "${subject}" was collected`
}
