import { type Checksums, FileSystem, OperatingError, type Task } from '@dr-drill/runbook-core'
import { decodeBatch, type FrameBatch, HEADER_BYTES } from '@dr-drill/runbook-core/stemedb'
import type { RecordIndex } from './record-index.ts'

/** A segment as the engine knows it; `lastPosition` grows while it is open. */
export interface LogSegment {
  readonly path: string
  readonly number: number
  readonly firstPosition: number
  lastPosition: number
}

/** The newest complete checkpoint. */
export interface CheckpointFile {
  readonly path: string
  readonly fileName: string
  readonly appliedPosition: number
  readonly history: string
  readonly sizeBytes: number
}

/** Most bytes that one read of a range brings, unless a single record is longer. */
const RANGE_BYTES = 1 << 20

/** Where the bodies lie: segments, and the checkpoint for what the log no longer holds. */
export class RecordFiles {
  readonly #checksums: Checksums
  readonly #index: RecordIndex
  /** By number; only segments whose records were read or written by this process. */
  readonly segments: LogSegment[] = []
  checkpoint: CheckpointFile | null = null

  constructor(checksums: Checksums, index: RecordIndex) {
    this.#checksums = checksums
    this.#index = index
  }

  /**
   * Reads consecutive records beginning with `first`: up to `last`, less when their file or a MiB ends before (always one at least).
   * @throws OperatingError `log-corrupt` when the bytes are no longer those that were written
   */
  *readFrom(first: number, last: number): Task<FrameBatch> {
    for (;;) {
      const source = this.#sourceOf(first)
      const end = this.#endOfRange(first, Math.min(last, source.lastPosition))
      try {
        return yield* this.#read(source, first, end)
      } catch (error) {
        // A checkpoint may have been superseded and removed since it was chosen.
        const isGone = error instanceof OperatingError && error.code === 'file-missing'
        if (!isGone || this.#sourceOf(first).path === source.path) throw error
      }
    }
  }

  /** Reads consecutive records that end with `last`: from `first` at the earliest, otherwise as `readFrom`. */
  *readBackFrom(last: number, first: number): Task<FrameBatch> {
    const source = this.#sourceOf(last)
    const from = this.#startOfRange(Math.max(first, source.firstPosition), last)
    return yield* this.readFrom(from, last)
  }

  *#read(source: LogSegment, first: number, last: number): Task<FrameBatch> {
    const { path } = source
    const base = HEADER_BYTES - this.#index.startOf(source.firstPosition)
    const offset = base + this.#index.startOf(first)
    const length = base + this.#index.startOf(last + 1) - offset
    const bytes = yield* FileSystem.read({ path, offset, length })
    const batch = decodeBatch(this.#checksums, bytes, offset)
    const { frames } = batch
    const wanted = last - first + 1
    if (batch.isInOrder && frames.length === wanted && frames[0]?.position === first) return batch
    const damaged = frames.findIndex((frame, order) => frame.position !== first + order)
    if (damaged < 0 && frames.length === wanted) return batch
    const position = first + (damaged < 0 ? Math.min(frames.length, wanted) : damaged)
    throw new OperatingError('log-corrupt', `the record at position ${position} cannot be read back`, {
      subject: path,
    })
  }

  #endOfRange(first: number, last: number): number {
    const limit = this.#index.startOf(first) + RANGE_BYTES
    if (this.#index.startOf(last + 1) <= limit) return last
    let [low, high] = [first, last]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.#index.startOf(middle + 1) <= limit) low = middle
      else high = middle - 1
    }
    return low
  }

  #startOfRange(first: number, last: number): number {
    const limit = this.#index.startOf(last + 1) - RANGE_BYTES
    if (this.#index.startOf(first) >= limit) return first
    let [low, high] = [first, last]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (this.#index.startOf(middle) >= limit) high = middle
      else low = middle + 1
    }
    return low
  }

  #sourceOf(position: number): LogSegment {
    let [low, high] = [0, this.segments.length - 1]
    while (low <= high) {
      const middle = (low + high) >>> 1
      const segment = this.segments[middle] as LogSegment
      if (position < segment.firstPosition) high = middle - 1
      else if (position > segment.lastPosition) low = middle + 1
      else return segment
    }
    const { checkpoint } = this
    if (checkpoint !== null && position <= checkpoint.appliedPosition) {
      return { path: checkpoint.path, number: 0, firstPosition: 1, lastPosition: checkpoint.appliedPosition }
    }
    throw new OperatingError('log-gap', `no file holds the record at position ${position}`)
  }
}
