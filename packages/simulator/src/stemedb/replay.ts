import { OperatingError, Question, recall, type Task } from '@dr-drill/runbook-core'
import {
  type Frame,
  FrameReader,
  findLaterProof,
  HEADER_BYTES,
  type WrittenSpan,
} from '@dr-drill/runbook-core/stemedb'
import type { EngineOptions } from './options.ts'
import type { LogSegment } from './record-files.ts'
import type { RecordIndex } from './record-index.ts'
import type { RecoveredCheckpoint } from './recover-checkpoint.ts'
import { corrupt, type LogSurvey, type SurveyedSegment } from './survey-log.ts'

/** What replay found. */
export interface Replayed {
  /** Records taken from the log, those of the checkpoint not counted. */
  readonly entries: number
  /** Segments whose records were read. */
  readonly read: readonly LogSegment[]
  /** The last segment: its good records and where they end. Null when there is none or the checkpoint covers it. */
  readonly last: WrittenSpan | null
}

/**
 * Applies to the index what the log holds beyond the checkpoint. Only the last segment may end in an unfinished write.
 * @throws OperatingError `log-corrupt`, `log-gap`, `log-history-conflict`: the engine does not start
 */
export function* replayLog(
  options: EngineOptions,
  survey: LogSurvey,
  recovered: RecoveredCheckpoint,
): Task<Replayed> {
  const { index } = recovered
  const applied = index.count
  checkLineage(survey, recovered)
  const read: LogSegment[] = []
  let last: Replayed['last'] = null
  for (const [order, segment] of survey.segments.entries()) {
    const next = survey.segments[order + 1]
    // What the checkpoint covers whole is not read: its end is told by the successor, so a gap in there does no harm.
    if (next !== undefined && next.header.firstPosition - 1 <= applied) continue
    if (segment.header.firstPosition > index.count + 1) throw gap(index, segment)
    if (next !== undefined && segment.footer === null) {
      throw corrupt(segment.path, 'it is followed by another but was never closed')
    }
    const replay = new SegmentReplay(options, segment, recovered, applied)
    last = yield* replay.run(next === undefined)
    read.push(replay.found)
    if (next !== undefined && next.header.firstPosition <= index.count) throw overlap(segment, next)
  }
  if (survey.suspect !== null) yield* checkSuspect(options, survey.suspect)
  return { entries: index.count - applied, read, last }
}

/** Reads one segment's records into the index. */
class SegmentReplay {
  readonly found: LogSegment
  readonly #options: EngineOptions
  readonly #segment: SurveyedSegment
  readonly #recovered: RecoveredCheckpoint
  readonly #applied: number

  constructor(
    options: EngineOptions,
    segment: SurveyedSegment,
    recovered: RecoveredCheckpoint,
    applied: number,
  ) {
    const { number, firstPosition } = segment.header
    this.#options = options
    this.#segment = segment
    this.#recovered = recovered
    this.#applied = applied
    this.found = { path: segment.path, number, firstPosition, lastPosition: firstPosition - 1 }
  }

  *run(isLast: boolean): Task<Replayed['last']> {
    const { path, header, footer, sizeBytes } = this.#segment
    const end = footer?.dataEnd ?? sizeBytes
    const range = { path, offset: HEADER_BYTES, end, position: header.firstPosition }
    const reader = new FrameReader(this.#options.checksums, range)
    let firstRecordAt = 0
    for (let batch = yield* reader.next(); batch !== null; batch = yield* reader.next()) {
      if (this.found.lastPosition < header.firstPosition) firstRecordAt = batch[0]?.at ?? 0
      this.#take(batch)
    }
    const recordCount = reader.position - header.firstPosition
    if (footer !== null && (reader.stop !== null || footer.recordCount !== recordCount)) {
      const detail = reader.stop?.detail ?? 'its footer counts other records'
      throw corrupt(path, `after position ${reader.position - 1}, at offset ${reader.offset}, ${detail}`)
    }
    if (reader.stop !== null) yield* this.#checkTail(reader, isLast)
    return { recordCount, dataEnd: reader.offset, firstRecordAt, lastRecordAt: reader.at }
  }

  /** Records beyond the checkpoint enter the index; the one at its end must be the same there. */
  #take(batch: readonly Frame[]): void {
    const last = batch.at(-1)
    if (last === undefined) return
    this.found.lastPosition = last.position
    const { index, lastFrame } = this.#recovered
    const applied = this.#applied
    const atEnd = batch.find(({ position }) => position >= applied)
    if (atEnd?.position === applied && lastFrame !== null && !sameBytes(atEnd.bytes, lastFrame)) {
      throw new OperatingError(
        'log-history-conflict',
        `checkpoint and log hold different records at position ${applied}`,
        { subject: this.#segment.path },
      )
    }
    if (last.position > applied) index.addRecovered(beyond(this.#options, batch, applied))
  }

  /** An unfinished write is told from a damaged record by what lies behind it. */
  *#checkTail(reader: FrameReader, isLast: boolean): Task<void> {
    const { path, sizeBytes } = this.#segment
    const proof = yield* findLaterProof(this.#options.checksums, {
      path,
      from: reader.offset,
      end: sizeBytes,
      position: reader.position,
    })
    if (proof !== null || !isLast) {
      throw corrupt(
        path,
        `after position ${reader.position - 1}, at offset ${reader.offset}, ${reader.stop?.detail}; ` +
          'records written later prove that this one had been acknowledged',
      )
    }
    this.#options.onLog?.(
      'warn',
      `Unfinished write at the end of ${this.#segment.fileName}: ${sizeBytes - reader.offset} bytes set aside after position ${reader.position - 1}`,
    )
  }
}

/** A file without an intact header holds nothing that was acknowledged, unless a single intact record lies in it. */
function* checkSuspect(options: EngineOptions, suspect: NonNullable<LogSurvey['suspect']>): Task<void> {
  const { path, sizeBytes } = suspect
  const proof = yield* findLaterProof(options.checksums, { path, from: 0, end: sizeBytes, position: 0 })
  if (proof !== null) throw corrupt(path, 'its header is damaged and records lie behind it')
}

/** The checkpoint must be of the history that the log has at its applied position. */
function checkLineage(survey: LogSurvey, { header, index }: RecoveredCheckpoint): void {
  const applied = index.count
  const first = survey.segments[0]
  if (first === undefined) return
  if (header === null || first.header.firstPosition > applied + 1) {
    if (first.header.firstPosition > applied + 1) throw gap(index, first)
    return
  }
  const holder = survey.segments.findLast((segment) => segment.header.firstPosition <= applied) ?? first
  const { history, parentHistory, forkPosition } = holder.header
  const same = header.history === history
  const checkpointForked = header.parentHistory === history && header.forkPosition === applied
  const logForked = parentHistory === header.history && forkPosition === applied
  if (same || checkpointForked || logForked) return
  throw new OperatingError(
    'log-history-conflict',
    `the checkpoint at position ${applied} is of another history than the log`,
    { subject: holder.path },
  )
}

function gap(index: RecordIndex, segment: SurveyedSegment): OperatingError {
  const last = segment.header.firstPosition - 1
  return new OperatingError(
    'log-gap',
    `positions ${index.count + 1} to ${last} are missing before ${segment.fileName}`,
    { subject: segment.path },
  )
}

function overlap(segment: SurveyedSegment, next: SurveyedSegment): OperatingError {
  return new OperatingError(
    'log-history-conflict',
    `${segment.fileName} and ${next.fileName} both hold position ${next.header.firstPosition}`,
    { subject: next.path },
  )
}

const BEYOND = new Question<{ readonly applied: number; readonly rest: readonly Frame[] }>(
  'records beyond a checkpoint',
)

/** The records of a run behind a position. */
function beyond({ checksums }: EngineOptions, run: readonly Frame[], applied: number): readonly Frame[] {
  if ((run[0]?.position ?? 0) > applied) return run
  const rest = () => ({ applied, rest: run.filter(({ position }) => position > applied) })
  const known = recall(checksums, BEYOND, run, rest)
  return known.applied === applied ? known.rest : rest().rest
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
