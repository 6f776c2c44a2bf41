import type { Checksums } from '../../checksums/index.ts'
import { invariant } from '../../errors/index.ts'
import { readUint64, viewOf, writeUint64 } from './binary.ts'

/** Bytes before a record's body: CRC (4), body length (4), position (8), server time (8), durable position (8). */
export const FRAME_HEADER_BYTES = 32
/** Longest body that the format holds. */
export const BODY_BYTES_MAX = 1 << 20

/** What a record's frame says. */
export interface FrameFields {
  readonly position: number
  /** Server time, ms since 1970; never less than that of the record before. */
  readonly at: number
  /**
   * The highest position that was durable when this record was written. Recovery tells by it whether a hole before this record swallowed
   * an acknowledged one (corrupt) or only others of the same unfinished write (torn).
   */
  readonly durablePosition: number
  /** UTF-8 of the assertion's canonical JSON; its SHA-256 is the record's content digest. */
  readonly body: Uint8Array
}

/** A record as it lies in a file. `body` and `bytes` are views into a buffer that is not reused. */
export interface Frame extends FrameFields {
  readonly offset: number
  readonly bytes: Uint8Array
}

/** Bytes that a record with this body takes. */
export function frameSize(bodyBytes: number): number {
  return FRAME_HEADER_BYTES + bodyBytes
}

/** Writes a record into `target` at `offset`; gives the offset after it. */
export function writeFrame(
  checksums: Checksums,
  target: Uint8Array,
  offset: number,
  fields: FrameFields,
): number {
  invariant(fields.body.length <= BODY_BYTES_MAX, 'a record body within the limit')
  const end = offset + frameSize(fields.body.length)
  const view = viewOf(target.subarray(offset, end))
  view.setUint32(4, fields.body.length, true)
  writeUint64(view, 8, fields.position)
  writeUint64(view, 16, fields.at)
  writeUint64(view, 24, fields.durablePosition)
  target.set(fields.body, offset + FRAME_HEADER_BYTES)
  view.setUint32(0, checksums.crc32(target.subarray(offset + 4, end)), true)
  return end
}

/** The bytes of one record. */
export function encodeFrame(checksums: Checksums, fields: FrameFields): Uint8Array {
  const bytes = new Uint8Array(frameSize(fields.body.length))
  writeFrame(checksums, bytes, 0, fields)
  return bytes
}

/** Why bytes are no record: more bytes are needed (how many in all), or what is there is not what was written. */
export type FrameFault =
  | { readonly kind: 'short'; readonly needed: number }
  | { readonly kind: 'invalid'; readonly detail: string }

/** Reads the record at `at` in `bytes`. `fileOffset` is where `bytes` begins in its file. */
export function decodeFrame(
  checksums: Checksums,
  bytes: Uint8Array,
  at: number,
  fileOffset: number,
): Frame | FrameFault {
  const left = bytes.length - at
  if (left < FRAME_HEADER_BYTES) return { kind: 'short', needed: FRAME_HEADER_BYTES }
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, FRAME_HEADER_BYTES)
  const length = view.getUint32(4, true)
  if (length > BODY_BYTES_MAX) return { kind: 'invalid', detail: 'the body length is beyond the limit' }
  const size = FRAME_HEADER_BYTES + length
  if (left < size) return { kind: 'short', needed: size }
  const position = readUint64(view, 8)
  const time = readUint64(view, 16)
  const durablePosition = readUint64(view, 24)
  if (position === null || time === null || durablePosition === null) {
    return { kind: 'invalid', detail: 'a number is beyond 2^53 - 1' }
  }
  if (checksums.crc32(bytes.subarray(at + 4, at + size)) !== view.getUint32(0, true)) {
    return { kind: 'invalid', detail: 'the CRC of the record does not match' }
  }
  return {
    position,
    at: time,
    durablePosition,
    body: bytes.subarray(at + FRAME_HEADER_BYTES, at + size),
    offset: fileOffset + at,
    bytes: bytes.subarray(at, at + size),
  }
}
