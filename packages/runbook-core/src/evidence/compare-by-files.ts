import { attempt, overlay, type PortHandlers, provide } from '../effects/index.ts'
import type { Readback } from '../formats/index.ts'
import { compareFiles, oracleEvidence } from '../oracle/index.ts'
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

/** Reads all records back into a file, once, and compares it with the ledger in constant memory. */
export function compareByFiles(files: ComparingFiles): CompareRestored {
  return function* (target, excluded) {
    const world = overlay(target, { FileSystem: files.hostFiles })
    const records = yield* provide(
      world,
      writeReadback(files.readback, files.endpoint, files.readbackFile, excluded),
    )
    const { ledger } = files
    if (ledger === null) return { records, oracle: null }
    const compared = yield* attempt(provide(world, compare(files, ledger)))
    if (compared.ok) return { records, oracle: compared.value }
    const { code, message } = compared.error
    yield* Log.write({ level: 'warn', message: `evidence oracle: ${code}: ${message}` })
    return { records, oracle: null }
  }
}

function* compare(files: ComparingFiles, ledger: string) {
  const compared = yield* compareFiles({
    ledger,
    readback: files.readbackFile,
    workPath: files.scratch,
    memoryBytes: SORTING_BYTES,
  })
  return oracleEvidence(compared, files.failureAt)
}
