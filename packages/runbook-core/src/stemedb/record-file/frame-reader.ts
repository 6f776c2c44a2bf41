import type { Checksums } from '../../checksums/index.ts'
import type { Task } from '../../effects/index.ts'
import { FileSystem } from '../../ports/index.ts'
import { INSTANT_MAX } from '../../text/instant.ts'
import { decodeFrame, FRAME_HEADER_BYTES, type Frame } from '../record/frame.ts'

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

  #batch: Frame[] = []

  #take(): readonly Frame[] {
    const batch = this.#batch
    this.#batch = []
    return batch
  }

  /** Decodes what is whole; gives how many bytes the record after it needs (0: nothing more to be had). */
  #decode(bytes: Uint8Array, isLast: boolean): number {
    const base = this.#offset
    let at = 0
    while (at < bytes.length) {
      const frame = decodeFrame(this.#checksums, bytes, at, base)
      if (!('body' in frame)) {
        if (frame.kind === 'short' && !isLast) return Math.max(frame.needed, FRAME_HEADER_BYTES)
        const detail = frame.kind === 'short' ? 'the file ends inside a record' : frame.detail
        this.#stop = { offset: base + at, detail }
        return 0
      }
      const fault = this.#faultOf(frame)
      if (fault !== null) {
        this.#stop = { offset: base + at, detail: fault }
        return 0
      }
      this.#batch.push(frame)
      this.#position += 1
      this.#at = frame.at
      at += frame.bytes.length
      this.#offset = base + at
    }
    return 0
  }

  #faultOf(frame: Frame): string | null {
    if (frame.position !== this.#position) {
      return `the record has position ${frame.position} where ${this.#position} belongs`
    }
    if (frame.at < this.#at) return 'the record is older than the one before it'
    if (frame.at > INSTANT_MAX) return 'the time of the record is beyond the year 9999'
    return frame.durablePosition < frame.position
      ? null
      : 'the record claims to be durable before it was written'
  }
}
