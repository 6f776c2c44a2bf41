import { FileSystem, OperatingError, type Task } from '@dr-drill/runbook-core'
import {
  type FrameRun,
  parseSegmentFileName,
  type RecordFileHeader,
  RecordFileWriter,
  segmentFileName,
} from '@dr-drill/runbook-core/stemedb'
import { DATA_FILE_MODE, type EngineOptions, SEGMENT_SIZE_BYTES } from './options.ts'
import type { LogSegment, RecordFiles } from './record-files.ts'

/** Which history the log is in, and where it came from. */
export interface HistoryLine {
  readonly history: string
  readonly parentHistory: string | null
  readonly forkPosition: number
}

/** What closing a segment by request came to; null fields when there was nothing to close. */
export interface ClosedSegment {
  readonly number: number
  readonly fileName: string
  readonly firstPosition: number
  readonly lastPosition: number
  readonly recordCount: number
}

/** The log as recovery leaves it: its open segment, the newest closed one, and how many there are. */
export interface OpenedLog {
  readonly line: HistoryLine
  readonly current: RecordFileWriter
  readonly closed: ClosedSegment | null
  readonly segmentCount: number
}

/** Counters of the log, for metrics. */
export interface LogCounters {
  fsyncs: number
  bytes: number
}

/**
 * The one writer of the log: appends groups of records, makes them durable, closes segments and opens the next. After any failure its
 * state on disk is unknown, so its owner stops for good: an fsync that failed once proves nothing by succeeding later.
 */
export class LogWriter {
  readonly line: HistoryLine
  readonly counters: LogCounters = { fsyncs: 0, bytes: 0 }
  readonly #options: EngineOptions
  readonly #files: RecordFiles
  #current: RecordFileWriter
  #segment: LogSegment
  #closed: ClosedSegment | null
  #segmentCount: number

  constructor(options: EngineOptions, files: RecordFiles, opened: OpenedLog) {
    const { current } = opened
    this.#options = options
    this.#files = files
    this.line = opened.line
    this.#current = current
    this.#closed = opened.closed
    this.#segmentCount = opened.segmentCount
    this.#segment = segmentOf(current)
    if (files.segments.at(-1)?.path === current.path) files.segments.pop()
    files.segments.push(this.#segment)
  }

  /** Segments in the log directory, the open one included. */
  get segmentCount(): number {
    return this.#segmentCount
  }

  /** Number of the open segment. */
  get number(): number {
    return this.#current.header.number
  }

  /** Appends records and returns when they are durable. Nothing of them is to be seen by anyone before. */
  *append(run: FrameRun): Task<void> {
    const limit = this.#options.segmentSizeBytes ?? SEGMENT_SIZE_BYTES
    const current = this.#current
    if (current.recordCount > 0 && current.sizeBytes + run.bytes.length > limit)
      yield* this.rotate(run.firstRecordAt)
    yield* this.#current.append(run)
    yield* this.#sync(this.#current.path)
    this.counters.bytes += run.bytes.length
    this.#segment.lastPosition = this.#current.lastPosition
  }

  /** Closes the open segment if it holds a record, and opens the next. Gives the newest closed one; null when there is none. */
  *rotate(now: number): Task<ClosedSegment | null> {
    const current = this.#current
    if (current.recordCount === 0) return this.#closed
    yield* current.close()
    // Before the next segment exists: a closed segment in the middle of the log is what recovery insists on.
    yield* this.#sync(current.path)
    const { number, firstPosition } = current.header
    const next = yield* createSegment(this.#options, {
      ...this.line,
      number: number + 1,
      firstPosition: current.lastPosition + 1,
      createdAt: now,
    })
    this.counters.fsyncs += 1
    yield* FileSystem.syncDirectory({ path: this.#options.walDirectory })
    this.#current = next
    this.#segment = segmentOf(next)
    this.#files.segments.push(this.#segment)
    this.#segmentCount += 1
    this.#closed = {
      number,
      fileName: segmentFileName(number),
      firstPosition,
      lastPosition: current.lastPosition,
      recordCount: current.recordCount,
    }
    return this.#closed
  }

  *#sync(path: string): Task<void> {
    this.counters.fsyncs += 1
    yield* FileSystem.sync({ path })
  }
}

function segmentOf(writer: RecordFileWriter): LogSegment {
  const { number, firstPosition } = writer.header
  return { path: writer.path, number, firstPosition, lastPosition: writer.lastPosition }
}

/**
 * Makes a segment whose header is durable; its name is not before the directory is synced. The header is synced by itself, so that
 * recovery may refuse every file in which records lie behind a damaged header.
 */
export function* createSegment(
  options: EngineOptions,
  fields: Omit<RecordFileHeader, 'kind' | 'appliedPosition'>,
): Task<RecordFileWriter> {
  const fileName = segmentFileName(fields.number)
  const path = `${options.walDirectory}/${fileName}`
  // The number before came from a file of unknown origin: a name that recovery would pass over must never be written.
  if (parseSegmentFileName(fileName) === null) {
    throw new OperatingError('log-corrupt', `no segment can follow number ${fields.number - 1}`, {
      subject: path,
    })
  }
  const header: RecordFileHeader = { ...fields, kind: 'segment', appliedPosition: 0 }
  const writer = yield* RecordFileWriter.create(options.checksums, { path, header, mode: DATA_FILE_MODE })
  yield* FileSystem.sync({ path })
  return writer
}
