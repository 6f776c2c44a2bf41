import type { Checksums } from '../../checksums/index.ts'
import type { LogFormat } from '../../formats/index.ts'
import { formatPosition, requirePosition } from '../record/index.ts'
import { scanSegment } from '../segment/index.ts'
import { cutSegment } from './cut-segment.ts'
import { listArchive } from './list-archive.ts'
import { archivedSegmentKey, parseArchiveKey, parseSegmentFileName, segmentFileName } from './names.ts'
import { describeArchived } from './read-archived.ts'

/** StemeDB's write-ahead log and its archive: laid out and signed as `docs/formats-backup.md` says. */
export function stemedbLogFormat(options: { readonly checksums: Checksums }): LogFormat {
  const { checksums } = options
  return {
    list: (input) => listArchive(checksums, input),
    describe: (input) => describeArchived(checksums, input),
    numberOf: parseSegmentFileName,
    parseKey: claimOf,
    keyOf: ({ history, number }) => ({
      fileName: segmentFileName(number),
      segmentKey: archivedSegmentKey(history, number),
    }),
    scan: ({ path }) => scanSegment(checksums, path),
    cut: (input) => cutSegment(checksums, input),
    compare: (a, b) => requirePosition(a) - requirePosition(b),
    next: (position) => formatPosition(requirePosition(position) + 1),
    distance: (first, last) => requirePosition(last) - requirePosition(first) + 1,
  }
}

function claimOf(key: string): ReturnType<LogFormat['parseKey']> {
  const parsed = parseArchiveKey(key)
  if (parsed === null) return null
  const { history, number } = parsed
  return {
    history,
    number,
    fileName: segmentFileName(number),
    segmentKey: archivedSegmentKey(history, number),
  }
}
