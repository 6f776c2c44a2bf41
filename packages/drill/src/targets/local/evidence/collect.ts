import {
  attempt,
  compareFiles,
  type DatabasePack,
  type Environment,
  type EvidenceSubject,
  type Json,
  Log,
  type OperatingError,
  oracleEvidence,
  overlay,
  type PortHandlers,
  provide,
  type QualifiedRunbook,
  type Readback,
  type RunEvent,
  type RunRecord,
  type Task,
} from '@dr-drill/runbook-core'
import { archiveAge, archiveObjects } from './archive.ts'
import { authenticity } from './authenticity.ts'
import { diskBound } from './disk-bound.ts'
import { inventory } from './inventory.ts'
import { writeReadback } from './readback-file.ts'
import { restoredRange } from './restored-range.ts'
import { type Copies, compareCopies, listCopies } from './source-copies.ts'
import { outputsOf, textOf } from './step-outputs.ts'
import { volume } from './volume.ts'

/** What evidence is collected from, once the runbook has run. */
export interface CollectInput {
  readonly record: RunRecord
  readonly runbook: QualifiedRunbook
  readonly pack: DatabasePack
  readonly readback: Readback
  readonly endpoint: string
  /** The target's ports. */
  readonly target: Environment
  /** FileSystem of this machine, for ledger and readback. */
  readonly hostFiles: PortHandlers
  readonly changesOwners: boolean
  /** Host paths. */
  readonly readbackFile: string
  readonly scratch: string
  readonly ledger: string | null
  readonly trustKeyGiven: boolean
  readonly failureAt: number
  /** Null: the source did not answer before the run. */
  readonly sourceBefore: Copies | null
  readonly diskPeakBytes: number
  readonly fullSize: boolean
}

/** What the oracle sorts at once: a run's memory is promised to be flat, and a restore's is small. */
const SORTING_BYTES = 3 * 1024 * 1024

type Found = Partial<Record<EvidenceSubject, unknown>>

/**
 * Collects all evidence that a verdict can rest on. What cannot be collected is told in the log and left out: what rests on it is
 * then not-checked or unproven, never assumed.
 */
export function* collectEvidence(input: CollectInput): Task<RunEvent[]> {
  const found: Found = {
    supplied: { ledger: input.ledger !== null, trustKey: input.trustKeyGiven },
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
  found['disk-peak'] = {
    peakBytes: input.diskPeakBytes,
    boundBytes: diskBound(input.record, input.runbook),
  }
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

/** Reads all records back once; range, volume and the oracle's comparison come from the same file. */
function* readBack(input: CollectInput, found: Found) {
  const world = overlay(input.target, { FileSystem: input.hostFiles })
  const own = new Set(
    outputsOf(input.record, input.runbook, 'write-probe').map((output) => textOf(output, 'key') ?? ''),
  )
  const count = yield* provide(world, writeReadback(input.readback, input.endpoint, input.readbackFile, own))
  found.volume = volume(input.record, input.runbook, count, input.fullSize)
  if (input.ledger !== null) {
    yield* collecting('oracle', found, provide(world, compare(input, input.ledger)))
  }
  return restoredRange(input.record, input.runbook, count)
}

function* compare(input: CollectInput, ledger: string) {
  const compared = yield* compareFiles({
    ledger,
    readback: input.readbackFile,
    workPath: input.scratch,
    memoryBytes: SORTING_BYTES,
  })
  return oracleEvidence(compared, input.failureAt)
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
