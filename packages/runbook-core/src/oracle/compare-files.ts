import { type Task, uninterrupted } from '../effects/index.ts'
import { compareSorted } from './compare.ts'
import type { Comparison } from './comparison.ts'
import type { LedgerHeader } from './ledger.ts'
import type { LedgerEntry } from './ledger-entry.ts'
import { type ComparePositions, compareNaturally } from './positions.ts'
import { type SortedInput, sortedLedger, sortedReadback } from './sorted-input.ts'
import type { CompareAcknowledgements } from './tally.ts'

/** Within what bounds to compare. */
export interface ComparingSpace {
  /** An existing directory for this comparison alone; its files are removed at the end, and left by a crash. */
  readonly workPath: string
  /** The order of positions, when it is known; otherwise the ledger's own order, or digits by value. */
  readonly comparePositions?: ComparePositions
  /** Entries of one side held in memory at once, estimated; default 6 MiB. */
  readonly memoryBytes?: number
  /** Sorted runs merged at once; default 64. */
  readonly fanIn?: number
}

/** What to compare and within what bounds. */
export interface CompareFilesInput extends ComparingSpace {
  /** Paths of ledger and readback for the FileSystem port. */
  readonly ledger: string
  readonly readback: string
}

/** A ledger that is ready to be compared. Whoever takes it disposes of its files. */
export type PreparedLedger = SortedInput<LedgerHeader, LedgerEntry>

/** Two files compared. */
export interface ComparedFiles {
  readonly ledger: LedgerHeader
  readonly comparison: Comparison
  /** False when either file shows that it is cut short. */
  readonly complete: boolean
}

const MEMORY_BYTES = 6_291_456
const FAN_IN = 64

/**
 * Compares a ledger and a readback on key alone, in bounded memory whatever their size; what is not in key order is sorted on disk.
 * @throws OperatingError `input-invalid`, `input-too-new`, `input-too-large` naming the line; what the FileSystem port throws
 */
export function* compareFiles(input: CompareFilesInput): Task<ComparedFiles> {
  const ledger = yield* prepareLedger(input.ledger, input)
  try {
    return yield* compareReadback(ledger, input.readback, input)
  } finally {
    yield* uninterrupted(() => ledger.sorted.dispose())
  }
}

/** Brings a ledger into the order of its keys: half of a comparison, which needs no readback yet. @throws as `compareFiles` */
export function prepareLedger(ledger: string, space: ComparingSpace): Task<PreparedLedger> {
  return sortedLedger(ledger, { ...sortSpace(space), name: 'ledger' })
}

/** Compares a readback with a ledger that is prepared: the other half. @throws as `compareFiles` */
export function* compareReadback(
  ledger: PreparedLedger,
  readbackFile: string,
  space: ComparingSpace,
): Task<ComparedFiles> {
  const readback = yield* sortedReadback(readbackFile, { ...sortSpace(space), name: 'readback' })
  try {
    const compare = acknowledgementOrder(ledger.header, space.comparePositions)
    const comparison = yield* compareSorted(ledger.sorted, readback.sorted, compare)
    return { ledger: ledger.header, comparison, complete: ledger.complete && readback.complete }
  } finally {
    yield* uninterrupted(() => readback.sorted.dispose())
  }
}

function sortSpace({ workPath, memoryBytes, fanIn }: ComparingSpace) {
  return { workPath, memoryBytes: memoryBytes ?? MEMORY_BYTES, fanIn: fanIn ?? FAN_IN }
}

/** How acknowledgements of a ledger are ordered by position; `comparePositions` where somebody knows the format. */
export function acknowledgementOrder(
  header: LedgerHeader,
  comparePositions: ComparePositions | undefined,
): CompareAcknowledgements {
  if (comparePositions === undefined && header.order === 'position') return (a, b) => a.line - b.line
  const compare = comparePositions ?? compareNaturally
  return (a, b) => compare(a.position, b.position)
}
