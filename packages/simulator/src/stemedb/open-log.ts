import { Clock, FileSystem, hexEncode, OperatingError, Random, type Task } from '@dr-drill/runbook-core'
import { isHistory, type RecordFileFooter, RecordFileWriter } from '@dr-drill/runbook-core/stemedb'
import { type ClosedSegment, createSegment, type HistoryLine, LogWriter } from './log-writer.ts'
import type { EngineOptions } from './options.ts'
import type { RecordFiles } from './record-files.ts'
import type { RecoveredCheckpoint } from './recover-checkpoint.ts'
import type { Replayed } from './replay.ts'
import type { LogSurvey, SurveyedSegment } from './survey-log.ts'

/** What recovery has learned when the log is opened for writing. */
export interface LogState {
  readonly survey: LogSurvey
  readonly replayed: Replayed
  readonly checkpoint: RecoveredCheckpoint
  readonly files: RecordFiles
}

/**
 * Makes what was recovered durable and opens the log for writing. A clean open segment is continued. Behind an unfinished write nothing
 * is ever written but the footer that closes the segment: its bytes stay where they are, and a new segment continues.
 */
export function* openLog(options: EngineOptions, state: LogState): Task<LogWriter> {
  const line = yield* chooseHistory(options, state)
  const { survey, files } = state
  const last = survey.segments.at(-1) ?? null
  if (survey.suspect !== null) yield* setAside(options, survey.suspect)
  const resumed = last === null ? null : yield* resumeLast(options, last, state, line)
  // A process that died may have written what it never synced: it is served from now on, so it has to last.
  if (last !== null) yield* FileSystem.sync({ path: last.path })
  const current = resumed?.writer ?? (yield* createSegment(options, yield* nextHeader(state, line)))
  yield* FileSystem.syncDirectory({ path: options.walDirectory })
  const before = resumed === null || resumed.closed !== null ? survey.segments.at(-1) : survey.segments.at(-2)
  const closed = closedSegment(before, resumed?.closed ?? before?.footer ?? null)
  const segmentCount = survey.segments.length + (resumed?.writer == null ? 1 : 0)
  return new LogWriter(options, files, { line, current, closed, segmentCount })
}

function closedSegment(
  segment: SurveyedSegment | undefined,
  footer: RecordFileFooter | null,
): ClosedSegment | null {
  if (segment === undefined || footer === null) return null
  const { number, firstPosition } = segment.header
  const { lastPosition, recordCount } = footer
  return { number, fileName: segment.fileName, firstPosition, lastPosition, recordCount }
}

/** The last segment, continued or just closed; null when it had been closed before. */
interface Resumed {
  readonly writer: RecordFileWriter | null
  readonly closed: RecordFileFooter | null
}

/** Continues the last segment when records may follow in it, or else closes it. */
function* resumeLast(
  options: EngineOptions,
  last: SurveyedSegment,
  { replayed, checkpoint }: LogState,
  line: HistoryLine,
): Task<Resumed | null> {
  if (last.footer !== null || replayed.last === null) return null
  const writer = yield* RecordFileWriter.resume(options.checksums, last, replayed.last, last.sizeBytes)
  const follows = writer.lastPosition === checkpoint.index.count && last.header.history === line.history
  if (writer.isClean && follows) return { writer, closed: null }
  return { writer: null, closed: yield* writer.close() }
}

function* nextHeader({ survey, checkpoint }: LogState, line: HistoryLine) {
  const known = [survey.segments.at(-1)?.header.number ?? 0, checkpoint.header?.number ?? 0]
  return {
    ...line,
    number: Math.max(...known) + 1,
    firstPosition: checkpoint.index.count + 1,
    createdAt: yield* Clock.historyNow({}),
  }
}

/** Renames a file whose making was cut short, so that its name is free and its bytes stay to be looked at. */
function* setAside(options: EngineOptions, suspect: NonNullable<LogSurvey['suspect']>): Task<void> {
  for (let copy = 1; ; copy += 1) {
    const to = `${suspect.path}.torn-${copy}`
    if ((yield* FileSystem.stat({ path: to })) !== null) continue
    yield* FileSystem.rename({ from: suspect.path, to })
    options.onLog?.('warn', `${suspect.fileName} was never finished and holds no record: set aside as ${to}`)
    return
  }
}

/** The history that this start continues or begins. @throws OperatingError `input-invalid` */
function* chooseHistory(options: EngineOptions, state: LogState): Task<HistoryLine> {
  const wanted = options.beginHistory ?? null
  if (wanted !== null && (!isHistory(wanted) || /^0+$/.test(wanted))) {
    throw new OperatingError('input-invalid', 'a history is 32 lower-case hex digits, not all zero')
  }
  const current = currentHistory(state)
  if (current === null) {
    const history = wanted ?? hexEncode(yield* Random.bytes({ length: 16 }))
    return { history, parentHistory: null, forkPosition: 0 }
  }
  if (wanted === null || wanted === current.history) return current
  return {
    history: wanted,
    parentHistory: current.history,
    forkPosition: state.checkpoint.index.count,
  }
}

function currentHistory({ survey, checkpoint }: LogState): HistoryLine | null {
  const { header } = checkpoint
  const last = survey.segments.at(-1)?.header ?? null
  const newest = header !== null && last?.history === header.parentHistory ? header : (last ?? header)
  if (newest === null) return null
  const { history, parentHistory, forkPosition } = newest
  return { history, parentHistory, forkPosition }
}
