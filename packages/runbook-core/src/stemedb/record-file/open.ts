import type { Checksums } from '../../checksums/index.ts'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { FileSystem } from '../../ports/index.ts'
import { decodeFooter, footerSize, locateFooter, type RecordFileFooter, TRAILER_BYTES } from './footer.ts'
import { decodeHeader, HEADER_BYTES, type RecordFileHeader } from './header.ts'

/** What the two ends of a file of records say; its middle has not been read. */
export interface RecordFileEnds {
  readonly path: string
  readonly sizeBytes: number
  /** Null when the file does not begin with an intact header. */
  readonly header: RecordFileHeader | null
  /** Null when the file is not closed, or its footer is damaged. */
  readonly footer: RecordFileFooter | null
}

/**
 * Reads header and footer of a segment or checkpoint; a few KiB.
 * @throws OperatingError `file-missing`, `version-mismatch`, and what the disk throws
 */
export function* readEnds(checksums: Checksums, path: string): Task<RecordFileEnds> {
  const stat = yield* FileSystem.stat({ path })
  if (stat?.type !== 'file') {
    throw new OperatingError('file-missing', `no file at ${path}`, { subject: path })
  }
  const { sizeBytes } = stat
  const header = decodeHeader(checksums, yield* FileSystem.read({ path, offset: 0, length: HEADER_BYTES }))
  const footer = header === null ? null : yield* readFooter(checksums, path, sizeBytes)
  return { path, sizeBytes, header, footer }
}

function* readFooter(checksums: Checksums, path: string, sizeBytes: number): Task<RecordFileFooter | null> {
  if (sizeBytes < HEADER_BYTES + TRAILER_BYTES) return null
  const offset = sizeBytes - TRAILER_BYTES
  const start = locateFooter(sizeBytes, yield* FileSystem.read({ path, offset, length: TRAILER_BYTES }))
  if (start === null || start < HEADER_BYTES) return null
  const bytes = yield* FileSystem.read({ path, offset: start, length: footerSize(start) })
  const footer = decodeFooter(checksums, bytes, start)
  return footer !== null && footer.dataEnd >= HEADER_BYTES ? footer : null
}
