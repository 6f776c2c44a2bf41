import type { Checksums } from '../../checksums/index.ts'
import { attempt, type Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { FileSystem } from '../../ports/index.ts'
import { parseSegmentFileName } from '../backup/names.ts'
import { type RecordFileFooter, type RecordFileHeader, readEnds } from '../record-file/index.ts'

/** A segment in the engine's log directory, by its two ends. */
export interface LocalSegment {
  readonly path: string
  readonly fileName: string
  readonly number: number
  readonly sizeBytes: number
  readonly header: RecordFileHeader
  /** Null while it is open. */
  readonly footer: RecordFileFooter | null
}

/** A segment that is closed. */
export type ClosedSegment = LocalSegment & { readonly footer: RecordFileFooter }

/**
 * The segments in a log directory, by number. A newest file without an intact header is one that is being made, and is left out.
 * @throws OperatingError `log-corrupt` when another file is no segment, or not the one that its name says
 */
export function* localSegments(checksums: Checksums, walDirectory: string): Task<readonly LocalSegment[]> {
  const names: { fileName: string; number: number }[] = []
  for (const { name } of yield* FileSystem.list({ path: walDirectory })) {
    const number = parseSegmentFileName(name)
    if (number !== null) names.push({ fileName: name, number })
  }
  names.sort((a, b) => a.number - b.number)
  const segments: LocalSegment[] = []
  for (const { fileName, number } of names) {
    const path = `${walDirectory}/${fileName}`
    const read = yield* attempt(readEnds(checksums, path))
    // The engine may remove what a checkpoint covers between the listing and this.
    if (!read.ok && read.error.code === 'file-missing') continue
    if (!read.ok) throw read.error
    const { header, footer, sizeBytes } = read.value
    if (header === null && number === names.at(-1)?.number) continue
    if (header?.kind !== 'segment' || header.number !== number) {
      throw new OperatingError('log-corrupt', `${path} is not the segment that its name says`, {
        subject: path,
      })
    }
    segments.push({ path, fileName, number, sizeBytes, header, footer })
  }
  return segments
}

/** The history that is being written: that of the newest segment; null without segments. */
export function currentHistory(segments: readonly LocalSegment[]): string | null {
  return segments.at(-1)?.header.history ?? null
}

/**
 * The closed segments of a history, in order, from the first that reaches position `after` on.
 * @throws OperatingError `log-gap` when a segment is missing between them, `log-corrupt` when one before the newest was never closed
 */
export function closedRun(
  segments: readonly LocalSegment[],
  history: string,
  after: number,
): readonly ClosedSegment[] {
  const run: ClosedSegment[] = []
  const newest = segments.at(-1)
  for (const segment of segments) {
    if (segment.header.history !== history) continue
    if (!isClosed(segment)) {
      if (segment === newest) break
      throw new OperatingError('log-corrupt', `${segment.path} was never closed, yet another follows it`, {
        subject: segment.path,
      })
    }
    if (run.length === 0 && segment.footer.lastPosition < after) continue
    const before = run.at(-1)
    if (before !== undefined) checkFollows(before, segment)
    run.push(segment)
  }
  return run
}

function isClosed(segment: LocalSegment): segment is ClosedSegment {
  return segment.footer !== null
}

function checkFollows(before: ClosedSegment, segment: ClosedSegment): void {
  const next = before.footer.lastPosition + 1
  if (segment.number === before.number + 1 && segment.header.firstPosition === next) return
  throw new OperatingError(
    'log-gap',
    `${segment.path} begins at position ${segment.header.firstPosition}, but ${next} comes after ${before.fileName}`,
    { subject: segment.path },
  )
}
