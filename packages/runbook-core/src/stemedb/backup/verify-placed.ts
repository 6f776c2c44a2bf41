import type { Checksums } from '../../checksums/index.ts'
import { attempt, type Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import type { BackupDescription, BackupFile, FileProblem } from '../../formats/index.ts'
import { FileSystem } from '../../ports/index.ts'
import { parseCheckpointFileName, scanCheckpoint } from '../checkpoint/index.ts'
import { formatPosition } from '../record/index.ts'
import { type RecordFileScan, scanRecordFile } from '../record-file/index.ts'
import { knownMetadata, METADATA_BYTES_MAX } from './metadata.ts'
import { parseSegmentFileName } from './names.ts'

/** How much of a data file is read: `records` also finds what was never right, at a lower speed. */
export type Depth = 'blocks' | 'records'

/**
 * Checks files as placed below a root against their description: presence, size, SHA-256, structure, and that each holds what its
 * name and the description say. The metadata file need not have been placed: its content was judged with the manifest.
 */
export function* verifyPlacedBackup(
  checksums: Checksums,
  input: { readonly description: BackupDescription; readonly root: string },
): Task<readonly FileProblem[]> {
  const problems: FileProblem[] = []
  for (const file of input.description.files) {
    const path = `${input.root}/${file.path}`
    const problem = yield* verifyPlacedFile(checksums, input.description, file, path, 'records')
    if (problem !== null) problems.push(problem)
  }
  return problems
}

/** Checks one file of a backup that lies at `path`. */
export function* verifyPlacedFile(
  checksums: Checksums,
  description: BackupDescription,
  file: BackupFile,
  path: string,
  depth: Depth,
): Task<FileProblem | null> {
  const stat = yield* FileSystem.stat({ path })
  if (stat === null && file.role === 'metadata') return null
  if (stat?.type !== 'file') return problemOf(file, 'missing', stat === null ? 'not there' : `a ${stat.type}`)
  if (stat.sizeBytes !== file.sizeBytes) {
    const detail = `${stat.sizeBytes} bytes where the manifest says ${file.sizeBytes}`
    return problemOf(file, 'size-differs', detail)
  }
  if (file.role === 'metadata') return yield* verifyMetadataFile(checksums, file, path)
  const scanned = yield* attempt(scanData(checksums, file, path, depth))
  if (!scanned.ok) {
    if (scanned.error.code !== 'version-mismatch') throw scanned.error
    return problemOf(file, 'structure-invalid', scanned.error.message)
  }
  const scan = scanned.value
  if (scan.sha256 !== file.sha256) return problemOf(file, 'digest-differs', damageDetail(scan))
  const fault = structureFault(description, file, scan)
  return fault === null ? null : problemOf(file, 'structure-invalid', fault)
}

function* scanData(checksums: Checksums, file: BackupFile, path: string, depth: Depth): Task<RecordFileScan> {
  const options = { depth, digest: true }
  return file.role === 'data'
    ? yield* scanCheckpoint(checksums, path, options)
    : yield* scanRecordFile(checksums, path, { ...options, expect: 'segment' })
}

function* verifyMetadataFile(checksums: Checksums, file: BackupFile, path: string): Task<FileProblem | null> {
  const length = Math.min(file.sizeBytes, METADATA_BYTES_MAX)
  const bytes = yield* FileSystem.read({ path, offset: 0, length })
  if (checksums.sha256Hex(bytes) !== file.sha256) {
    return problemOf(file, 'digest-differs', 'not the bytes that the manifest lists')
  }
  try {
    knownMetadata(checksums, bytes)
    return null
  } catch (error) {
    if (error instanceof OperatingError) return problemOf(file, 'structure-invalid', error.message)
    throw error
  }
}

/** A sealed digest proves who wrote a file, not that it holds what its place says: histories, numbers and positions must agree, too. */
function structureFault(
  description: BackupDescription,
  file: BackupFile,
  scan: RecordFileScan,
): string | null {
  const { damage, header, footer } = scan
  if (damage !== null) return damageDetail(scan)
  if (header === null || footer === null) return 'the file was never closed'
  if (file.role === 'data') {
    if (parseCheckpointFileName(file.path.slice('db/'.length)) !== header.appliedPosition) {
      return `its name says another applied position than its header: ${header.appliedPosition}`
    }
    if (formatPosition(header.appliedPosition) !== description.startPosition) {
      return `it holds up to position ${header.appliedPosition}, but replay is said to begin after ${description.startPosition}`
    }
    return null
  }
  if (header.history !== description.history) return `it belongs to another history: ${header.history}`
  if (header.number !== parseSegmentFileName(file.path.slice('wal/'.length))) {
    return `its name says another number than its header: ${header.number}`
  }
  return null
}

function damageDetail({ damage }: RecordFileScan): string {
  return damage === null
    ? 'intact by its own checksums, but not the file that the manifest lists'
    : `${damage.kind} at byte ${damage.offset}: ${damage.detail}`
}

function problemOf(file: BackupFile, problem: FileProblem['problem'], detail: string): FileProblem {
  return { path: file.path, problem, detail }
}
