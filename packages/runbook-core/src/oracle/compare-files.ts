import { type Task, uninterrupted } from '../effects/index.ts'
import { compareSorted } from './compare.ts'
import type { Comparison } from './comparison.ts'
import type { LedgerHeader } from './ledger.ts'
import { type ComparePositions, compareNaturally } from './positions.ts'
import { sortedLedger, sortedReadback } from './sorted-input.ts'
import type { CompareAcknowledgements } from './tally.ts'

/** What to compare and within what bounds. */
export interface CompareFilesInput {
  /** Paths of ledger and readback for the FileSystem port. */
  readonly ledger: string
  readonly readback: string
  /** An existing directory for this comparison alone; its files are removed at the end, and left by a crash. */
  readonly workPath: string
  /** The order of positions, when it is known; otherwise the ledger's own order, or digits by value. */
  readonly comparePositions?: ComparePositions
  /** Entries of one side held in memory at once, estimated; default 6 MiB. */
  readonly memoryBytes?: number
  /** Sorted runs merged at once; default 64. */
  readonly fanIn?: number
}

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
  const memoryBytes = input.memoryBytes ?? MEMORY_BYTES
  const space = { workPath: input.workPath, memoryBytes, fanIn: input.fanIn ?? FAN_IN }
  const ledger = yield* sortedLedger(input.ledger, { ...space, name: 'ledger' })
  try {
    const readback = yield* sortedReadback(input.readback, { ...space, name: 'readback' })
    try {
      const compare = acknowledgementOrder(ledger.header, input.comparePositions)
      const comparison = yield* compareSorted(ledger.sorted, readback.sorted, compare)
      return { ledger: ledger.header, comparison, complete: ledger.complete && readback.complete }
    } finally {
      yield* uninterrupted(() => readback.sorted.dispose())
    }
  } finally {
    yield* uninterrupted(() => ledger.sorted.dispose())
  }
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
