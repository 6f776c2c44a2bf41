import { type Checksums, Question, recall } from '../../checksums/index.ts'
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

type Ends = Pick<RecordFileEnds, 'header' | 'footer'>

/** Files up to this size are read at once: one call is cheaper than three. */
const WHOLE_BYTES_MAX = 65_536

const ENDS = new Question<Ends>('ends of a file of records')
const HEADER = new Question<{ readonly header: RecordFileHeader | null }>('header of a file of records')
const FOOTER = new Question<{ readonly footer: RecordFileFooter | null }>('footer of a file of records')

/**
 * Reads header and footer of a segment or checkpoint; at most 64 KiB.
 * @throws OperatingError `file-missing`, `version-mismatch`, and what the disk throws
 */
export function* readEnds(checksums: Checksums, path: string): Task<RecordFileEnds> {
  const stat = yield* FileSystem.stat({ path })
  if (stat?.type !== 'file') {
    throw new OperatingError('file-missing', `no file at ${path}`, { subject: path })
  }
  const { sizeBytes } = stat
  if (sizeBytes <= WHOLE_BYTES_MAX) {
    const bytes = yield* FileSystem.read({ path, offset: 0, length: sizeBytes })
    // A file that was cut meanwhile is looked at as the larger ones are.
    if (bytes.length === sizeBytes) {
      const { header, footer } = recall(checksums, ENDS, bytes, () => endsOf(checksums, bytes))
      return { path, sizeBytes, header, footer }
    }
  }
  const start = yield* FileSystem.read({ path, offset: 0, length: HEADER_BYTES })
  const { header } = recall(checksums, HEADER, start, () => ({ header: decodeHeader(checksums, start) }))
  const footer = header === null ? null : yield* readFooter(checksums, path, sizeBytes)
  return { path, sizeBytes, header, footer }
}

function* readFooter(checksums: Checksums, path: string, sizeBytes: number): Task<RecordFileFooter | null> {
  if (sizeBytes < HEADER_BYTES + TRAILER_BYTES) return null
  const offset = sizeBytes - TRAILER_BYTES
  const start = locateFooter(sizeBytes, yield* FileSystem.read({ path, offset, length: TRAILER_BYTES }))
  if (start === null || start < HEADER_BYTES) return null
  const bytes = yield* FileSystem.read({ path, offset: start, length: footerSize(start) })
  const decode = () => ({ footer: sound(decodeFooter(checksums, bytes, start)) })
  const { footer } = recall(checksums, FOOTER, bytes, decode)
  // The same bytes elsewhere in a file are no footer.
  return footer?.footerStart === start ? footer : null
}

/** The two ends of a file of which all bytes are there. */
function endsOf(checksums: Checksums, bytes: Uint8Array): Ends {
  const header = decodeHeader(checksums, bytes.subarray(0, HEADER_BYTES))
  const nothing = { header, footer: null }
  if (header === null || bytes.length < HEADER_BYTES + TRAILER_BYTES) return nothing
  const start = locateFooter(bytes.length, bytes.subarray(bytes.length - TRAILER_BYTES))
  if (start === null || start < HEADER_BYTES) return nothing
  const footer = bytes.subarray(start, start + footerSize(start))
  return { header, footer: sound(decodeFooter(checksums, footer, start)) }
}

/** A footer that begins its records' end within the header is none. */
function sound(footer: RecordFileFooter | null): RecordFileFooter | null {
  return footer !== null && footer.dataEnd >= HEADER_BYTES ? footer : null
}
