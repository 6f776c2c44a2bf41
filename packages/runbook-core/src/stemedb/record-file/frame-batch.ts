import { type Checksums, Question, recall } from '../../checksums/index.ts'
import { INSTANT_MAX } from '../../text/instant.ts'
import { decodeFrame, type Frame, type FrameFault } from '../record/frame.ts'

/** Records that lie one after another from the beginning of some bytes. */
export interface FrameBatch {
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

/** Decodes all whole records at the beginning of `bytes`, which begin at `fileOffset` of their file. */
export function decodeBatch(checksums: Checksums, bytes: Uint8Array, fileOffset: number): FrameBatch {
  const decode = () => decodeAll(checksums, bytes, fileOffset)
  const batch = recall(checksums, BATCH, bytes, decode)
  return batch.fileOffset === fileOffset ? batch : decode()
}

function decodeAll(checksums: Checksums, bytes: Uint8Array, fileOffset: number): FrameBatch {
  const frames: Frame[] = []
  let [sizeBytes, isInOrder] = [0, true]
  let fault: FrameFault | null = null
  let before: Frame | null = null
  while (sizeBytes < bytes.length) {
    const frame = decodeFrame(checksums, bytes, sizeBytes, fileOffset)
    if (!('body' in frame)) {
      fault = frame
      break
    }
    const expected = before ?? { position: frame.position - 1, at: 0 }
    if (orderFault(frame, expected.position + 1, expected.at) !== null) isInOrder = false
    frames.push(frame)
    before = frame
    sizeBytes += frame.bytes.length
  }
  return { frames, fault, fileOffset, sizeBytes, isInOrder }
}

/** Why a record cannot stand where `position` belongs, after one of time `at`; null when it can. */
export function orderFault(frame: Frame, position: number, at: number): string | null {
  if (frame.position !== position) {
    return `the record has position ${frame.position} where ${position} belongs`
  }
  if (frame.at < at) return 'the record is older than the one before it'
  if (frame.at > INSTANT_MAX) return 'the time of the record is beyond the year 9999'
  return frame.durablePosition < frame.position ? null : 'the record claims to be durable before it was written'
}
