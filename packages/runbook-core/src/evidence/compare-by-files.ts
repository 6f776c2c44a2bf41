import { attempt, both, overlay, type PortHandlers, provide, uninterrupted } from '../effects/index.ts'
import type { Readback } from '../formats/index.ts'
import {
  type ComparingSpace,
  compareReadback,
  oracleEvidence,
  type PreparedLedger,
  prepareLedger,
} from '../oracle/index.ts'
import { Log } from '../ports/index.ts'
import type { CompareRestored } from './collect.ts'
import { writeReadback } from './readback-file.ts'

/** What the oracle sorts at once: a run's memory is promised to be flat, and a restore's is small. */
const SORTING_BYTES = 3 * 1024 * 1024

/** Where the readback goes and the ledger comes from. */
export interface ComparingFiles {
  readonly readback: Readback
  readonly endpoint: string
  /** FileSystem of the machine that judges, for ledger and readback. */
  readonly hostFiles: PortHandlers
  readonly readbackFile: string
  readonly scratch: string
  /** Null: nothing tells what was acknowledged. */
  readonly ledger: string | null
  readonly failureAt: number
}

/**
 * Reads all records back into a file, once, and compares it with the ledger in constant memory. The ledger is sorted while the service
 * answers.
 */
export function compareByFiles(files: ComparingFiles): CompareRestored {
  return function* (target, excluded) {
    const world = overlay(target, { FileSystem: files.hostFiles })
    const { readback, endpoint, readbackFile, ledger } = files
    const reading = () => writeReadback(readback, endpoint, readbackFile, excluded)
    if (ledger === null) return { records: yield* provide(world, reading()), oracle: null }
    const [records, prepared] = yield* provide(
      world,
      both(reading, () => attempt(prepareLedger(ledger, space(files)))),
    )
    const compared = prepared.ok ? yield* attempt(provide(world, compare(files, prepared.value))) : prepared
    if (compared.ok) return { records, oracle: compared.value }
    const { code, message } = compared.error
    yield* Log.write({ level: 'warn', message: `evidence oracle: ${code}: ${message}` })
    return { records, oracle: null }
  }
}

const space = ({ scratch }: ComparingFiles): ComparingSpace => ({
  workPath: scratch,
  memoryBytes: SORTING_BYTES,
})

function* compare(files: ComparingFiles, ledger: PreparedLedger) {
  try {
    const compared = yield* compareReadback(ledger, files.readbackFile, space(files))
    return oracleEvidence(compared, files.failureAt)
  } finally {
    yield* uninterrupted(() => ledger.sorted.dispose())
  }
}
