import type { Checksums } from '../../checksums/index.ts'
import { INSTANT_MAX } from '../../text/instant.ts'
import { asciiBytes, hasBytesAt, readUint64, viewOf, writeUint64 } from '../record/binary.ts'

/** Bytes that one CRC of a footer covers. */
export const BLOCK_BYTES = 65_536
/** The last bytes of a closed file: footer length (4), footer CRC (4), end magic (8). */
export const TRAILER_BYTES = 16

const FIXED_BYTES = 64
const MAGIC = asciiBytes('STEMEFTR')
const END_MAGIC = asciiBytes('STEMEEND')

/** What a file says of itself when it is closed. */
export interface RecordFileFooter {
  readonly recordCount: number
  /** First position minus one when there is no record. */
  readonly lastPosition: number
  /** History times, ms; 0 when there is no record. */
  readonly firstRecordAt: number
  readonly lastRecordAt: number
  /** Where the records end. What lies between it and the footer was an unfinished write, never acknowledged. */
  readonly dataEnd: number
  /** Where the footer begins: the blocks cover every byte before it. */
  readonly footerStart: number
  /** CRC-32 of each 64 KiB from the start of the file; the last block may be shorter. */
  readonly blockCrcs: Uint32Array
}

/** Bytes of the footer, trailer included, of a file whose footer begins at `footerStart`. */
export function footerSize(footerStart: number): number {
  return FIXED_BYTES + 4 * Math.ceil(footerStart / BLOCK_BYTES) + TRAILER_BYTES
}

/** The bytes that close a file. */
export function encodeFooter(checksums: Checksums, footer: RecordFileFooter): Uint8Array {
  const size = footerSize(footer.footerStart)
  const bytes = new Uint8Array(size)
  const view = viewOf(bytes)
  bytes.set(MAGIC, 0)
  writeUint64(view, 8, footer.recordCount)
  writeUint64(view, 16, footer.lastPosition)
  writeUint64(view, 24, footer.firstRecordAt)
  writeUint64(view, 32, footer.lastRecordAt)
  writeUint64(view, 40, footer.dataEnd)
  writeUint64(view, 48, footer.footerStart)
  view.setUint32(56, BLOCK_BYTES, true)
  view.setUint32(60, footer.blockCrcs.length, true)
  footer.blockCrcs.forEach((crc, index) => {
    view.setUint32(FIXED_BYTES + 4 * index, crc, true)
  })
  const trailer = size - TRAILER_BYTES
  view.setUint32(trailer, size, true)
  view.setUint32(trailer + 4, checksums.crc32(bytes.subarray(0, trailer + 4)), true)
  bytes.set(END_MAGIC, trailer + 8)
  return bytes
}

/** Where the footer begins, told by a file's size and its last 16 bytes; null when the file is not closed. */
export function locateFooter(sizeBytes: number, trailer: Uint8Array): number | null {
  if (trailer.length !== TRAILER_BYTES || !hasBytesAt(trailer, 8, END_MAGIC)) return null
  const length = viewOf(trailer).getUint32(0, true)
  const start = sizeBytes - length
  // The length is of unknown origin: only the one that fits the file is believed, so that no read is larger than the file warrants.
  return start >= 0 && footerSize(start) === length ? start : null
}

/** Reads a footer that begins at `footerStart`; null when it is damaged. */
export function decodeFooter(
  checksums: Checksums,
  bytes: Uint8Array,
  footerStart: number,
): RecordFileFooter | null {
  if (bytes.length !== footerSize(footerStart) || !hasBytesAt(bytes, 0, MAGIC)) return null
  const view = viewOf(bytes)
  const trailer = bytes.length - TRAILER_BYTES
  if (checksums.crc32(bytes.subarray(0, trailer + 4)) !== view.getUint32(trailer + 4, true)) return null
  const [recordCount, lastPosition, firstRecordAt, lastRecordAt, dataEnd, start] = [
    8, 16, 24, 32, 40, 48,
  ].map((offset) => readUint64(view, offset))
  const blocks = Math.ceil(footerStart / BLOCK_BYTES)
  if (view.getUint32(56, true) !== BLOCK_BYTES || view.getUint32(60, true) !== blocks) return null
  if (recordCount == null || lastPosition == null || firstRecordAt == null || lastRecordAt == null)
    return null
  if (firstRecordAt > lastRecordAt || lastRecordAt > INSTANT_MAX) return null
  if (dataEnd == null || dataEnd > footerStart || start !== footerStart) return null
  const blockCrcs = new Uint32Array(blocks)
  for (let index = 0; index < blocks; index += 1) {
    blockCrcs[index] = view.getUint32(FIXED_BYTES + 4 * index, true)
  }
  return { recordCount, lastPosition, firstRecordAt, lastRecordAt, dataEnd, footerStart, blockCrcs }
}
