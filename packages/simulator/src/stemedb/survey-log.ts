import { FileSystem, OperatingError, type Task } from '@dr-drill/runbook-core'
import {
  parseSegmentFileName,
  type RecordFileEnds,
  type RecordFileFooter,
  type RecordFileHeader,
  readEnds,
} from '@dr-drill/runbook-core/stemedb'
import type { EngineOptions } from './options.ts'

/** A segment with an intact header. */
export interface SurveyedSegment {
  readonly path: string
  readonly fileName: string
  readonly sizeBytes: number
  readonly header: RecordFileHeader
  readonly footer: RecordFileFooter | null
}

/** What lies in the log directory, before any record is read. */
export interface LogSurvey {
  /** By number. */
  readonly segments: readonly SurveyedSegment[]
  /** The last file, when its header is not intact: it may be one whose making was cut short. */
  readonly suspect: { readonly path: string; readonly fileName: string; readonly sizeBytes: number } | null
}

/**
 * Reads the two ends of every segment and checks that they form one chain of histories.
 * @throws OperatingError `log-corrupt`, `log-history-conflict`
 */
export function* surveyLog(options: EngineOptions): Task<LogSurvey> {
  const { walDirectory } = options
  const numbered: { number: number; name: string }[] = []
  for (const { name } of yield* FileSystem.list({ path: walDirectory })) {
    const number = parseSegmentFileName(name)
    if (number !== null) numbered.push({ number, name })
  }
  numbered.sort((a, b) => a.number - b.number)
  const segments: SurveyedSegment[] = []
  for (const [order, { number, name }] of numbered.entries()) {
    const ends = yield* readEnds(options.checksums, `${walDirectory}/${name}`)
    const segment = asSegment(ends, name, number)
    if (segment === null) {
      if (order === numbered.length - 1) {
        return { segments, suspect: { path: ends.path, fileName: name, sizeBytes: ends.sizeBytes } }
      }
      throw corrupt(ends.path, 'it does not begin with an intact segment header')
    }
    const before = segments.at(-1)
    if (before !== undefined) checkChain(before, segment)
    segments.push(segment)
  }
  return { segments, suspect: null }
}

function asSegment(ends: RecordFileEnds, fileName: string, number: number): SurveyedSegment | null {
  const { header, footer, path, sizeBytes } = ends
  if (header === null) return null
  if (header.kind !== 'segment' || header.number !== number) {
    throw corrupt(path, 'its header is that of another file')
  }
  if (header.forkPosition >= header.firstPosition) throw corrupt(path, 'it begins before its history does')
  return { path, fileName, sizeBytes, header, footer }
}

/** A segment continues the history of the one before it, or begins a new one where that one ends. */
function checkChain(before: SurveyedSegment, segment: SurveyedSegment): void {
  const [a, b] = [before.header, segment.header]
  const continues =
    a.history === b.history && a.parentHistory === b.parentHistory && a.forkPosition === b.forkPosition
  const begins =
    b.history !== a.history && b.parentHistory === a.history && b.forkPosition === b.firstPosition - 1
  if (continues || begins) return
  throw new OperatingError(
    'log-history-conflict',
    `${segment.fileName} neither continues the history of ${before.fileName} nor begins a new one at its end`,
    { subject: segment.path },
  )
}

/** The error of a damaged segment. */
export function corrupt(path: string, detail: string): OperatingError {
  return new OperatingError('log-corrupt', `the segment ${path} is corrupt: ${detail}`, { subject: path })
}
