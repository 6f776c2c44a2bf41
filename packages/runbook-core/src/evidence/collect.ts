import type { DatabasePack } from '../actions/index.ts'
import { attempt, type Environment, provide, type Task } from '../effects/index.ts'
import type { OperatingError } from '../errors/index.ts'
import type { RunEvent } from '../journal/index.ts'
import { Log } from '../ports/index.ts'
import type { QualifiedRunbook } from '../runbook/index.ts'
import type { Json } from '../text/json.ts'
import type { Evidence, EvidenceSubject, RunRecord } from '../verdict/index.ts'
import { archiveAge, archiveObjects } from './archive.ts'
import { authenticity } from './authenticity.ts'
import { diskBound } from './disk-bound.ts'
import { inventory } from './inventory.ts'
import { restoredRange } from './restored-range.ts'
import { type Copies, compareCopies, listCopies } from './source-copies.ts'
import { outputsOf, textOf } from './step-outputs.ts'
import { volume } from './volume.ts'

/** What was read back from a restored service, and how it compares with the ledger. */
export interface RestoredComparison {
  /** Records read back, less the run's own test writes. */
  readonly records: number
  /** Null: there is no ledger, or it could not be compared (then the log says why). */
  readonly oracle: Evidence<'oracle'> | null
}

/** Reads back everything that the restored service holds, less the keys given, and compares it with the ledger. */
export type CompareRestored = (target: Environment, excluded: ReadonlySet<string>) => Task<RestoredComparison>

/** What evidence is collected from, once the runbook has run. */
export interface CollectInput {
  readonly record: RunRecord
  readonly runbook: QualifiedRunbook
  readonly pack: DatabasePack
  /** The target's ports. */
  readonly target: Environment
  readonly changesOwners: boolean
  readonly compareRestored: CompareRestored
  readonly ledgerGiven: boolean
  readonly trustKeyGiven: boolean
  readonly failureAt: number
  /** Null: the source did not answer before the run. */
  readonly sourceBefore: Copies | null
  /** Null: the target can no longer tell. */
  readonly diskPeakBytes: number | null
  readonly fullSize: boolean
}

type Found = Partial<Record<EvidenceSubject, unknown>>

/**
 * Collects all evidence that a verdict can rest on. What cannot be collected is told in the log and left out: what rests on it is
 * then not-checked or unproven, never assumed.
 */
export function* collectEvidence(input: CollectInput): Task<RunEvent[]> {
  const found: Found = {
    supplied: { ledger: input.ledgerGiven, trustKey: input.trustKeyGiven },
  }
  const { sourceBefore } = input
  if (sourceBefore !== null) yield* collecting('last-good-copy', found, copies(input, sourceBefore))
  yield* collecting(
    'inventory',
    found,
    provide(input.target, inventory(input.record, input.runbook, input.changesOwners)),
  )
  if (input.trustKeyGiven) found.authenticity = authenticity(input.record, input.runbook)
  found['archive-age'] = archiveAge(input.record, input.runbook, input.failureAt)
  const { diskPeakBytes: peakBytes } = input
  if (peakBytes !== null)
    found['disk-peak'] = { peakBytes, boundBytes: diskBound(input.record, input.runbook) }
  // A service that was never started, or failed its gate, has nothing to read back from.
  if (outputsOf(input.record, input.runbook, 'start-service').length > 0) {
    yield* collecting('restored-range', found, readBack(input, found))
  }
  if (outputsOf(input.record, input.runbook, 'force-backup').length > 0) {
    const { backup, log } = input.pack
    yield* collecting('archive-objects', found, provide(input.target, archiveObjects('archive', backup, log)))
  }
  return eventsOf(found)
}

function* copies(input: CollectInput, before: Copies) {
  return compareCopies(before, yield* provide(input.target, listCopies('source')))
}

/** Reads all records back once; range, volume and the oracle's comparison come from the same reading. */
function* readBack(input: CollectInput, found: Found) {
  const own = new Set(
    outputsOf(input.record, input.runbook, 'write-probe').map((output) => textOf(output, 'key') ?? ''),
  )
  const { records, oracle } = yield* input.compareRestored(input.target, own)
  found.volume = volume(input.record, input.runbook, records, input.fullSize)
  if (oracle !== null) found.oracle = oracle
  return restoredRange(input.record, input.runbook, records)
}

function* collecting(subject: EvidenceSubject, found: Found, task: Task<unknown>): Task<void> {
  const result = yield* attempt(task)
  if (result.ok) found[subject] = result.value
  else yield* Log.write({ level: 'warn', message: `evidence ${subject}: ${words(result.error)}` })
}

const words = (error: OperatingError): string => `${error.code}: ${error.message}`

function eventsOf(found: Found): RunEvent[] {
  return Object.entries(found)
    .filter(([, evidence]) => evidence !== null && evidence !== undefined)
    .map(([subject, evidence]) => ({ type: 'evidence-collected', subject, evidence: evidence as Json }))
}
