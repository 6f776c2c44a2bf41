import { patienceOf, patiently } from '../../actions/support/patience.ts'
import { type Checksums, Question, recall } from '../../checksums/index.ts'
import { all, type Task } from '../../effects/index.ts'
import type { ArchivedSegment, Position, RefusedSegment } from '../../formats/index.ts'
import type { ListedObject } from '../../ports/index.ts'
import { compareUtf8 } from '../../text/utf8.ts'
import { requirePosition } from '../record/index.ts'
import { parseTrustKey } from './envelope.ts'
import { ARCHIVE_PREFIX, parseArchiveKey } from './names.ts'
import { type ArchiveEntry, type ArchiveReader, isRefusedSegment, readArchived } from './read-archived.ts'
import { eachPage } from './store-reading.ts'

/** Sidecars asked for at once. */
const CONCURRENCY = 16

/** What an archive holds: see `LogFormat.list`. */
export interface ArchiveListing {
  readonly segments: readonly ArchivedSegment[]
  readonly refused: readonly RefusedSegment[]
}

/**
 * Lists archived segments by history and number. Keys are listed whole; sidecars are read from each history's newest segment backwards
 * until one lies wholly at or before `after`, so that the cost follows what is asked for, not the archive's age (D30).
 */
export function* listArchive(
  checksums: Checksums,
  input: {
    readonly store: string
    readonly trustKey: string | null
    readonly after: Position | null
    readonly patienceMs?: number
  },
): Task<ArchiveListing> {
  const { store } = input
  const patience = input.patienceMs === undefined ? null : patienceOf(input.patienceMs)
  const reader = { checksums, store, trustKey: parseTrustKey(input.trustKey), patience }
  const after = input.after === null ? null : requirePosition(input.after)
  const listed = yield* patience === null
    ? listEntries(checksums, store)
    : patiently(patience, `object store "${store}"`, () => listEntries(checksums, store))
  const { entries } = listed
  const segments: ArchivedSegment[] = []
  const refused = [...listed.refused]
  for (const history of [...entries.keys()].sort(compareUtf8)) {
    const newestFirst = [...entries.get(history)!.values()].sort((a, b) => b.number - a.number)
    const found = yield* readBackwards(reader, newestFirst, after)
    for (const segment of found.segments) segments.push(segment)
    for (const one of found.refused) refused.push(one)
  }
  return { segments, refused }
}

/** One history's entries, newest first, down to the one that `after` makes unneeded; results are oldest first. */
function* readBackwards(
  reader: ArchiveReader,
  newestFirst: readonly ArchiveEntry[],
  after: number | null,
): Task<ArchiveListing> {
  const segments: ArchivedSegment[] = []
  const refused: RefusedSegment[] = []
  for (let index = 0; index < newestFirst.length; index += CONCURRENCY) {
    const tasks = newestFirst
      .slice(index, index + CONCURRENCY)
      .map((entry) => () => readArchived(reader, entry))
    for (const read of yield* all(tasks, CONCURRENCY)) {
      if (isRefusedSegment(read)) {
        refused.push(read)
        continue
      }
      if (after !== null && requirePosition(read.lastPosition) <= after) return oldestFirst(segments, refused)
      segments.push(read)
    }
  }
  return oldestFirst(segments, refused)
}

/** Reversed once: to put each in front of the others would take for ever where a hostile bucket lists millions. */
const oldestFirst = (segments: ArchivedSegment[], refused: RefusedSegment[]): ArchiveListing => ({
  segments: segments.reverse(),
  refused: refused.reverse(),
})

/** What a listing shows of an archive: the entries of each history by number, and keys that name neither segment nor sidecar. */
interface ListedArchive {
  readonly entries: ReadonlyMap<string, ReadonlyMap<number, ArchiveEntry>>
  readonly refused: readonly RefusedSegment[]
}

const PAGE = new Question<ListedArchive>('what a page of an archive lists')

/** Every key below the archive's prefix. */
function* listEntries(checksums: Checksums, store: string): Task<ListedArchive> {
  let listed: ListedArchive | null = null
  yield* eachPage({ store, prefix: ARCHIVE_PREFIX }, (objects) => {
    const page = recall(checksums, PAGE, objects, () => listedBy(objects))
    listed = listed === null ? page : joined(listed, page)
  })
  return listed ?? listedBy([])
}

function listedBy(objects: readonly ListedObject[]): ListedArchive {
  const entries = new Map<string, Map<number, ArchiveEntry>>()
  const refused: RefusedSegment[] = []
  for (const { key, sizeBytes } of objects) {
    const named = parseArchiveKey(key)
    if (named === null) {
      const detail = 'the key names neither a segment nor a sidecar of any history'
      refused.push({ key, reason: 'key-disagrees', detail })
    } else {
      const { history, number, isSidecar } = named
      addEntry(entries, { history, number, sizeBytes: isSidecar ? null : sizeBytes, hasSidecar: isSidecar })
    }
  }
  return { entries, refused }
}

/** Both pages: a segment and its sidecar may stand on either side of the cut. */
function joined(before: ListedArchive, page: ListedArchive): ListedArchive {
  const entries = new Map([...before.entries].map(([history, known]) => [history, new Map(known)]))
  for (const ofHistory of page.entries.values()) {
    for (const entry of ofHistory.values()) addEntry(entries, entry)
  }
  return { entries, refused: [...before.refused, ...page.refused] }
}

function addEntry(entries: Map<string, Map<number, ArchiveEntry>>, entry: ArchiveEntry): void {
  let ofHistory = entries.get(entry.history)
  if (ofHistory === undefined) {
    ofHistory = new Map()
    entries.set(entry.history, ofHistory)
  }
  const known = ofHistory.get(entry.number)
  ofHistory.set(
    entry.number,
    known === undefined
      ? entry
      : {
          ...entry,
          sizeBytes: known.sizeBytes ?? entry.sizeBytes,
          hasSidecar: known.hasSidecar || entry.hasSidecar,
        },
  )
}
