import { type Checksums, hexDecode, hexEncode } from '../../checksums/index.ts'
import { invariant, OperatingError } from '../../errors/index.ts'
import type { Lineage } from '../../formats/index.ts'
import { INSTANT_MAX } from '../../text/instant.ts'
import { asciiBytes, hasBytesAt, readUint64, viewOf, writeUint64 } from '../record/binary.ts'
import { formatPosition } from '../record/position.ts'

/** Bytes of the header that begins every segment and checkpoint. */
export const HEADER_BYTES = 128
/** Newest version of the file format that this program reads and writes. */
export const FORMAT_VERSION = 1

const MAGIC = { segment: asciiBytes('STEMEWAL'), checkpoint: asciiBytes('STEMEDKV') } as const
const CRC_OFFSET = 124

/** Which of the two files of records: both have the same layout. */
export type RecordFileKind = keyof typeof MAGIC

/** How a segment or checkpoint describes itself. */
export interface RecordFileHeader {
  readonly kind: RecordFileKind
  /** 32 lower-case hex digits; a new one after every restore. */
  readonly history: string
  /** A segment's number, from 1; a checkpoint's: that of the segment with the last record it holds (0: none). */
  readonly number: number
  /** Position of the first record that this file holds or will hold; 1 in a checkpoint. */
  readonly firstPosition: number
  /** The history that this one continues; null for a database's first. */
  readonly parentHistory: string | null
  /** Last position of the parent that this history contains; 0 when there is no parent. */
  readonly forkPosition: number
  /** History time, ms. */
  readonly createdAt: number
  /** Last position that a checkpoint holds; 0 in a segment. */
  readonly appliedPosition: number
}

/** Where a file's history comes from, in core's terms. */
export const lineageOf = ({ parentHistory, forkPosition }: RecordFileHeader): Lineage => ({
  parentHistory,
  forkPosition: formatPosition(forkPosition),
})

/** The 128 bytes of a header. */
export function encodeHeader(checksums: Checksums, header: RecordFileHeader): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES)
  const view = viewOf(bytes)
  bytes.set(MAGIC[header.kind], 0)
  view.setUint16(8, FORMAT_VERSION, true)
  view.setUint16(10, HEADER_BYTES, true)
  bytes.set(historyBytes(header.history), 16)
  writeUint64(view, 32, header.number)
  writeUint64(view, 40, header.firstPosition)
  if (header.parentHistory !== null) bytes.set(historyBytes(header.parentHistory), 48)
  writeUint64(view, 64, header.forkPosition)
  writeUint64(view, 72, header.createdAt)
  writeUint64(view, 80, header.appliedPosition)
  view.setUint32(CRC_OFFSET, checksums.crc32(bytes.subarray(0, CRC_OFFSET)), true)
  return bytes
}

/**
 * Reads a header; null when the bytes are none (wrong magic, too short, damaged).
 * @throws OperatingError `version-mismatch` when it is intact and of a later format
 */
export function decodeHeader(checksums: Checksums, bytes: Uint8Array): RecordFileHeader | null {
  const kind = kindOf(bytes)
  if (kind === null || bytes.length < HEADER_BYTES) return null
  const view = viewOf(bytes.subarray(0, HEADER_BYTES))
  if (checksums.crc32(bytes.subarray(0, CRC_OFFSET)) !== view.getUint32(CRC_OFFSET, true)) return null
  const version = view.getUint16(8, true)
  if (version !== FORMAT_VERSION) {
    throw new OperatingError(
      'version-mismatch',
      `the ${kind} has format version ${version}; this program reads ${FORMAT_VERSION}`,
    )
  }
  const fields = {
    number: readUint64(view, 32),
    firstPosition: readUint64(view, 40),
    forkPosition: readUint64(view, 64),
    createdAt: readUint64(view, 72),
    appliedPosition: readUint64(view, 80),
  }
  // A time that has no date is no time: whoever formats it later must not fail.
  if (!isWhole(fields) || fields.firstPosition < 1 || fields.createdAt > INSTANT_MAX) return null
  const parent = hexEncode(bytes.subarray(48, 64))
  return {
    kind,
    history: hexEncode(bytes.subarray(16, 32)),
    parentHistory: parent === NO_HISTORY ? null : parent,
    ...fields,
  }
}

const NO_HISTORY = '0'.repeat(32)

type Whole<T> = { readonly [K in keyof T]: number }

function isWhole<T extends Record<string, number | null>>(fields: T): fields is T & Whole<T> {
  return Object.values(fields).every((value) => value !== null)
}

function kindOf(bytes: Uint8Array): RecordFileKind | null {
  if (hasBytesAt(bytes, 0, MAGIC.segment)) return 'segment'
  return hasBytesAt(bytes, 0, MAGIC.checkpoint) ? 'checkpoint' : null
}

function historyBytes(history: string): Uint8Array {
  const bytes = hexDecode(history)
  invariant(bytes?.length === 16 && history !== NO_HISTORY, 'a history is 32 hex digits, not all zero')
  return bytes
}
