import {
  beginningOf,
  beginsWith,
  type Checksums,
  type Memory,
  Question,
  recall,
} from '../../checksums/index.ts'
import { INSTANT_MAX } from '../../text/instant.ts'
import { decodeFrame, type Frame, type FrameFault } from '../record/frame.ts'

/** Records that lie one after another from the beginning of some bytes. */
export interface FrameBatch {
  /** What was decoded. A frame may lie in other bytes that are the same. */
  readonly bytes: Uint8Array
  readonly frames: readonly Frame[]
  /** What ends them before the bytes do; null when they end together. */
  readonly fault: FrameFault | null
  /** Where the bytes begin in their file. */
  readonly fileOffset: number
  /** Bytes of all frames. */
  readonly sizeBytes: number
  /** Whether nothing is wrong with the order of these records by themselves: see `orderFault`. */
  readonly isInOrder: boolean
}

const BATCH = new Question<FrameBatch>('records of a file')

/** Fewer bytes are decoded sooner than compared. */
const WORTH_BYTES = 16_384
/** Offset and length as one number. */
const PLACE_FACTOR = 2 ** 27

/**
 * Decodes all whole records at the beginning of `bytes`, which begin at `fileOffset` of their file. Where there is a memory, records are
 * the very objects that an equal beginning was decoded to before.
 */
export function decodeBatch(checksums: Checksums, bytes: Uint8Array, fileOffset: number): FrameBatch {
  const { memory } = checksums
  const decode = () =>
    memory === undefined || bytes.length < WORTH_BYTES
      ? decodeFrom(checksums, bytes, fileOffset, [])
      : decodeLike(checksums, memory, bytes, fileOffset)
  const batch = recall(checksums, BATCH, bytes, decode)
  return batch.fileOffset === fileOffset ? batch : decode()
}

/** New bytes at a place at which others lay before, as when a database is restored again: what is the same is not decoded again. */
function decodeLike(checksums: Checksums, memory: Memory, bytes: Uint8Array, fileOffset: number): FrameBatch {
  const place = bytes.length * PLACE_FACTOR + fileOffset
  const seen = memory.noted(BATCH, place)
  const common = seen === undefined ? 0 : commonLength(seen.bytes, bytes)
  if (seen !== undefined && common === bytes.length && seen.bytes.length === common) return seen
  const known = seen === undefined ? [] : beginningUpTo(seen.frames, fileOffset + common)
  const batch = decodeFrom(checksums, bytes, fileOffset, [...known])
  if (known.length > 0) beginsWith(batch.frames, known)
  memory.note(BATCH, place, batch)
  return batch
}

/** The frames that end at or before an offset: the same list for all that have them in common. */
function beginningUpTo(frames: readonly Frame[], end: number): readonly Frame[] {
  const count = wholeWithin(frames, end)
  const beginning = beginningOf(frames)
  return beginning?.length === count ? beginning : frames.slice(0, count)
}

/** How many of the frames end at or before an offset. */
function wholeWithin(frames: readonly Frame[], end: number): number {
  let [low, high] = [0, frames.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const { offset, bytes } = frames[middle] as Frame
    if (offset + bytes.length <= end) low = middle + 1
    else high = middle
  }
  return low
}

/** Decodes what follows the frames that are known already, which it may add to. */
function decodeFrom(
  checksums: Checksums,
  bytes: Uint8Array,
  fileOffset: number,
  frames: Frame[],
): FrameBatch {
  const last = frames.at(-1)
  let sizeBytes = last === undefined ? 0 : last.offset + last.bytes.length - fileOffset
  let fault: FrameFault | null = null
  while (sizeBytes < bytes.length) {
    const frame = decodeFrame(checksums, bytes, sizeBytes, fileOffset)
    if (!('body' in frame)) {
      fault = frame
      break
    }
    frames.push(frame)
    sizeBytes += frame.bytes.length
  }
  return { bytes, frames, fault, fileOffset, sizeBytes, isInOrder: areInOrder(frames) }
}

function areInOrder(frames: readonly Frame[]): boolean {
  let [position, at] = [frames[0]?.position ?? 0, 0]
  for (const frame of frames) {
    if (orderFault(frame, position, at) !== null) return false
    position += 1
    at = frame.at
  }
  return true
}

/** How many bytes at the beginning are the same. */
function commonLength(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  let index = 0
  if (a.byteOffset % 4 === b.byteOffset % 4) {
    while (index < length && (a.byteOffset + index) % 4 !== 0 && a[index] === b[index]) index += 1
    const words = (length - index) >>> 2
    if ((a.byteOffset + index) % 4 === 0 && words > 0) {
      const left = new Uint32Array(a.buffer, a.byteOffset + index, words)
      const right = new Uint32Array(b.buffer, b.byteOffset + index, words)
      let word = 0
      while (word < words && left[word] === right[word]) word += 1
      index += word * 4
    }
  }
  while (index < length && a[index] === b[index]) index += 1
  return index
}

/** Why a record cannot stand where `position` belongs, after one of time `at`; null when it can. */
export function orderFault(frame: Frame, position: number, at: number): string | null {
  if (frame.position !== position) {
    return `the record has position ${frame.position} where ${position} belongs`
  }
  if (frame.at < at) return 'the record is older than the one before it'
  if (frame.at > INSTANT_MAX) return 'the time of the record is beyond the year 9999'
  return frame.durablePosition < frame.position
    ? null
    : 'the record claims to be durable before it was written'
}
