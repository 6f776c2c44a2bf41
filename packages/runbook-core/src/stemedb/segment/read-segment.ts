import type { Checksums } from '../../checksums/index.ts'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import {
  FrameReader,
  HEADER_BYTES,
  type RecordFileFooter,
  type RecordFileHeader,
  readEnds,
} from '../record-file/index.ts'

/** A segment opened for reading: its description, and its records in batches. */
export interface OpenedSegment {
  readonly path: string
  readonly sizeBytes: number
  readonly header: RecordFileHeader
  /** Null when the segment is still open. */
  readonly footer: RecordFileFooter | null
  /** `yield* records.next()` gives batches of at most a MiB, then null; then `records.stop` says whether it ended early. */
  readonly records: FrameReader
}

/**
 * Opens a segment for reading its records in order. Every record is checked (CRC, position, order of time) as it is read.
 * @throws OperatingError `log-corrupt` when it does not begin with a segment's header, `file-missing`, `version-mismatch`
 */
export function* readSegment(checksums: Checksums, path: string): Task<OpenedSegment> {
  const { sizeBytes, header, footer } = yield* readEnds(checksums, path)
  if (header?.kind !== 'segment') {
    throw new OperatingError('log-corrupt', `${path} does not begin with an intact segment header`, {
      subject: path,
    })
  }
  const records = new FrameReader(checksums, {
    path,
    offset: HEADER_BYTES,
    end: footer?.dataEnd ?? sizeBytes,
    position: header.firstPosition,
  })
  return { path, sizeBytes, header, footer, records }
}
