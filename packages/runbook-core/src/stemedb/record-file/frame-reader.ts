import type { Checksums } from '../../checksums/index.ts'
import type { Task } from '../../effects/index.ts'
import { FileSystem } from '../../ports/index.ts'
import { FRAME_HEADER_BYTES, type Frame } from '../record/frame.ts'
import { decodeBatch, orderFault } from './frame-batch.ts'

/** Bytes asked of the disk at once. */
export const READ_BYTES = 1 << 20

/** What stopped a reader before the end of its range. */
export interface FrameStop {
  readonly offset: number
  readonly detail: string
}

/** A range of a file in which records lie one after another. */
export interface FrameRange {
  readonly path: string
  /** Where the first record begins. */
  readonly offset: number
  /** Where the range ends. */
  readonly end: number
  /** Position that the first record must have. */
  readonly position: number
  /** Least server time that the first record may have; 0 when unknown. */
  readonly at?: number
}

/**
 * Reads records in batches of at most a MiB (more only for one record that is longer), checking CRC, position and order of time.
 * Memory does not grow with the file. It stops at the first byte that is not the next record: `stop` then says where and why.
 */
export class FrameReader {
  readonly #checksums: Checksums
  readonly #range: FrameRange
  #offset: number
  #position: number
  #at: number
  #stop: FrameStop | null = null

  constructor(checksums: Checksums, range: FrameRange) {
    this.#checksums = checksums
    this.#range = range
    this.#offset = range.offset
    this.#position = range.position
    this.#at = range.at ?? 0
  }

  /** Where the next record begins: the end of the last good one. */
  get offset(): number {
    return this.#offset
  }

  /** Position that the next record must have. */
  get position(): number {
    return this.#position
  }

  /** Server time of the last good record; what the range began with when there is none. */
  get at(): number {
    return this.#at
  }

  get stop(): FrameStop | null {
    return this.#stop
  }

  /** The next records, in order; null at the end or after a stop. */
  *next(): Task<readonly Frame[] | null> {
    let wanted = READ_BYTES
    while (this.#stop === null && this.#offset < this.#range.end) {
      const length = Math.min(wanted, this.#range.end - this.#offset)
      const bytes = yield* FileSystem.read({ path: this.#range.path, offset: this.#offset, length })
      const needed = this.#decode(bytes, bytes.length < length || length < wanted)
      if (this.#batch.length > 0) return this.#take()
      if (needed > wanted) wanted = needed
      else this.#stop ??= { offset: this.#offset, detail: 'the file ends inside a record' }
    }
    return null
  }

  #batch: readonly Frame[] = []

  #take(): readonly Frame[] {
    const batch = this.#batch
    this.#batch = []
    return batch
  }

  /** Decodes what is whole; gives how many bytes the record after it needs (0: nothing more to be had). */
  #decode(bytes: Uint8Array, isLast: boolean): number {
    const base = this.#offset
    const { frames, fault, sizeBytes, isInOrder } = decodeBatch(this.#checksums, bytes, base)
    const [first, last] = [frames[0], frames.at(-1)]
    if (first !== undefined && last !== undefined) {
      const isNext = first.position === this.#position && first.at >= this.#at
      if (!isInOrder || !isNext) return this.#inspect(frames)
      this.#batch = frames
      this.#position = last.position + 1
      this.#at = last.at
      this.#offset = base + sizeBytes
    }
    if (fault === null) return 0
    if (fault.kind === 'short' && !isLast) return Math.max(fault.needed, FRAME_HEADER_BYTES)
    const detail = fault.kind === 'short' ? 'the file ends inside a record' : fault.detail
    this.#stop = { offset: this.#offset, detail }
    return 0
  }

  /** Takes records one by one, up to the first that cannot stand where it does, if there is one. */
  #inspect(frames: readonly Frame[]): number {
    const taken: Frame[] = []
    this.#batch = taken
    for (const frame of frames) {
      const detail = orderFault(frame, this.#position, this.#at)
      if (detail !== null) {
        this.#stop = { offset: this.#offset, detail }
        return 0
      }
      taken.push(frame)
      this.#position += 1
      this.#at = frame.at
      this.#offset += frame.bytes.length
    }
    return 0
  }
}
