import { patienceOf, patiently } from '../../actions/support/patience.ts'
import { type Checksums, Question, recall } from '../../checksums/index.ts'
import { all, type Task } from '../../effects/index.ts'
import type { ArchivedSegment, Position, RefusedSegment } from '../../formats/index.ts'
import type { ListedObject } from '../../ports/index.ts'
import { compareUtf8 } from '../../text/utf8.ts'
import { requirePosition } from '../record/index.ts'
import { parseTrustKey } from './envelope.ts'
import { ARCHIVE_PREFIX, type ArchiveKey, parseArchiveKey } from './names.ts'
import { type ArchiveEntry, type ArchiveReader, isRefusedSegment, readArchived } from './read-archived.ts'
import { eachObject } from './store-reading.ts'

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
  const { entries, refused } = yield* patience === null
    ? listEntries(checksums, store)
    : patiently(patience, `object store "${store}"`, () => listEntries(checksums, store))
  const segments: ArchivedSegment[] = []
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

/** Every key below the archive's prefix, by history and number; keys that name neither segment nor sidecar are refused. */
function* listEntries(
  checksums: Checksums,
  store: string,
): Task<{ entries: Map<string, Map<number, ArchiveEntry>>; refused: RefusedSegment[] }> {
  const entries = new Map<string, Map<number, ArchiveEntry>>()
  const refused: RefusedSegment[] = []
  yield* eachObject({ store, prefix: ARCHIVE_PREFIX }, (object) => {
    if (!addEntry(checksums, entries, object)) {
      const detail = 'the key names neither a segment nor a sidecar of any history'
      refused.push({ key: object.key, reason: 'key-disagrees', detail })
    }
  })
  return { entries, refused }
}

const KEY = new Question<{ readonly key: ArchiveKey | null }>('what an archived key names')

function addEntry(
  checksums: Checksums,
  entries: Map<string, Map<number, ArchiveEntry>>,
  object: ListedObject,
): boolean {
  const { key } = recall(checksums, KEY, object, () => ({ key: parseArchiveKey(object.key) }))
  if (key === null) return false
  const { history, number, isSidecar } = key
  const ofHistory = entries.get(history) ?? new Map<number, ArchiveEntry>()
  entries.set(history, ofHistory)
  const known = ofHistory.get(number) ?? { history, number, sizeBytes: null, hasSidecar: false }
  ofHistory.set(
    number,
    isSidecar ? { ...known, hasSidecar: true } : { ...known, sizeBytes: object.sizeBytes },
  )
  return true
}
