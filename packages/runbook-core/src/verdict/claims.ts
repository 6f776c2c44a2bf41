import { absence, evidenceOf } from './evidence.ts'
import type { RunRecord } from './run-record.ts'
import type { Milestones } from './step-facts.ts'

/** Something a run says about the restored data, and what it rests on. */
export interface Claim {
  readonly id: 'completeness' | 'contiguity' | 'loss' | 'authenticity' | 'newest-log' | 'protection'
  readonly text: string
  readonly status: 'proven' | 'unproven' | 'refuted'
  /** What proves or refutes it, or why nothing does. */
  readonly by: string
  /** Required claims are those whose evidence was supplied. */
  readonly required: boolean
}

/** What was given to prove with. Generated data brings its ledger and its signer's key along. */
export function supplied(record: RunRecord): { readonly ledger: boolean; readonly trustKey: boolean } {
  const told = evidenceOf(record, 'supplied')
  if (told !== null) return told
  const generated = record.started?.data === 'generated'
  return {
    ledger: generated || record.evidence.has('oracle'),
    trustKey: generated || record.evidence.has('authenticity'),
  }
}

/** All claims of a run whose steps have completed, proven or not. */
export function claimsOf(record: RunRecord, times: Milestones): readonly Claim[] {
  const given = supplied(record)
  return [
    completeness(record),
    contiguity(record),
    loss(record, given.ledger),
    authenticity(record, given.trustKey),
    newestLog(record),
    protection(record, times),
  ]
}

type Judged = Pick<Claim, 'status' | 'by'>

const unproven = (by: string): Judged => ({ status: 'unproven', by })
const judged = (holds: boolean, by: string): Judged => ({ status: holds ? 'proven' : 'refuted', by })

function completeness(record: RunRecord): Claim {
  const range = evidenceOf(record, 'restored-range')
  return {
    id: 'completeness',
    text: 'Everything that the chosen backup and log hold was restored, and nothing else.',
    required: true,
    ...(range === null
      ? unproven(absence(record, 'restored-range'))
      : judged(
          range.restoredRecords === range.expectedRecords,
          `readback of ${range.restoredRecords} records against ${range.expectedRecords} in verified backup and log`,
        )),
  }
}

function contiguity(record: RunRecord): Claim {
  const range = evidenceOf(record, 'restored-range')
  return {
    id: 'contiguity',
    text: 'What was restored is one history without a hole.',
    required: true,
    ...(range === null
      ? unproven(absence(record, 'restored-range'))
      : judged(
          range.gaps === 0 && range.histories <= 1,
          `positions ${range.firstPosition ?? '-'} to ${range.lastPosition ?? '-'}: ${range.gaps} holes, ${range.histories} histories`,
        )),
  }
}

function loss(record: RunRecord, required: boolean): Claim {
  const oracle = evidenceOf(record, 'oracle')
  const text = 'How many acknowledged records are lost, altered, duplicated or unexpected is known.'
  const by = required ? absence(record, 'oracle') : 'no ledger was given (--ledger FILE)'
  if (oracle === null) return { id: 'loss', text, required, ...unproven(by) }
  const partial =
    oracle.coverage === 'sample' ? 'the ledger is a sample' : oracle.complete ? null : 'a file is cut short'
  const result =
    partial === null ? judged(true, 'ledger against a readback of all records') : unproven(partial)
  return { id: 'loss', text, required, ...result }
}

function authenticity(record: RunRecord, required: boolean): Claim {
  const checked = evidenceOf(record, 'authenticity')
  const text = 'All that was restored was signed by the trusted key.'
  const by = required ? absence(record, 'authenticity') : 'no key of the signer was given (--trust-key FILE)'
  if (checked === null) return { id: 'authenticity', text, required, ...unproven(by) }
  const { verified, failed, unsigned } = checked
  const words = `${verified} signatures verified, ${failed} failed, ${unsigned} missing`
  const result =
    failed > 0 ? judged(false, words) : verified > 0 && unsigned === 0 ? judged(true, words) : unproven(words)
  return { id: 'authenticity', text, required, ...result }
}

function newestLog(record: RunRecord): Claim {
  const oracle = evidenceOf(record, 'oracle')
  const known = oracle?.complete === true && oracle.coverage === 'complete'
  return {
    id: 'newest-log',
    text: 'No archived log newer than what was restored has been removed unnoticed.',
    required: false,
    ...(known
      ? judged(oracle.lostIsTail, 'ledger: what is missing is exactly counted')
      : unproven('only a ledger can tell: an archive without its end looks like one that ended there')),
  }
}

function protection(record: RunRecord, times: Milestones): Claim {
  const archived = evidenceOf(record, 'archive-objects')
  const seen = archived !== null && archived.backups > 0
  return {
    id: 'protection',
    text: 'The restored data is backed up again.',
    required: false,
    ...(archived === null
      ? unproven(absence(record, 'archive-objects'))
      : judged(
          seen && times.protected !== null,
          `${archived.backups} backups and ${archived.segments} log segments in the archive`,
        )),
  }
}
