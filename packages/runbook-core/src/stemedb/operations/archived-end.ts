import type { Checksums } from '../../checksums/index.ts'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import type { ArchivedSegment } from '../../formats/index.ts'
import { ObjectStore } from '../../ports/index.ts'
import { archivedSegmentKey, SIDECAR_SUFFIX } from '../backup/names.ts'
import { examineSidecar, isRefusedSegment } from '../backup/read-archived.ts'
import { SIDECAR_BYTES_MAX } from '../backup/sidecar.ts'
import { getIfThere } from '../backup/store-reading.ts'
import { requirePosition } from '../record/index.ts'
import { scanSegment } from '../segment/index.ts'
import type { ClosedSegment } from './local-log.ts'
import { type StoreAccess, withPatience } from './store-writing.ts'

/** How far a history is archived, as its bucket shows. */
export interface ArchivedEnd {
  /** Index of the first local segment that is not archived. */
  readonly next: number
  /** SHA-256 of the segment before that one; null when it is the history's first. */
  readonly sha256: string | null
  /** Last position archived; null when nothing is. */
  readonly lastPosition: string | null
}

/**
 * Looks from the newest local segment backwards for one that lies in the archive with its sidecar; since segments are archived in
 * order, those before it do, too. That one is compared byte by byte: another writer of the same history shows here (D62).
 * @throws OperatingError `object-exists` when it differs, `log-gap` when segments before the first local one were never archived
 */
export function* findArchivedEnd(
  checksums: Checksums,
  access: StoreAccess,
  trustKey: Uint8Array | null,
  run: readonly ClosedSegment[],
): Task<ArchivedEnd> {
  for (let index = run.length - 1; index >= 0; index -= 1) {
    const segment = run[index]!
    const { history, number } = segment.header
    const archived = yield* readPair(checksums, access, trustKey, history, number)
    if (archived === null) continue
    yield* checkSame(checksums, segment, archived)
    return { next: index + 1, sha256: archived.sha256, lastPosition: archived.lastPosition }
  }
  const first = run[0]
  if (first === undefined) return { next: 0, sha256: null, lastPosition: null }
  return yield* endBefore(checksums, access, trustKey, first)
}

/** No local segment is archived: the one before the first must be, unless there is none. */
function* endBefore(
  checksums: Checksums,
  access: StoreAccess,
  trustKey: Uint8Array | null,
  first: ClosedSegment,
): Task<ArchivedEnd> {
  const { history, number, firstPosition, forkPosition } = first.header
  const before = number === 0 ? null : yield* readPair(checksums, access, trustKey, history, number - 1)
  if (before !== null && requirePosition(before.lastPosition) + 1 === firstPosition) {
    return { next: 0, sha256: before.sha256, lastPosition: before.lastPosition }
  }
  if (before === null && firstPosition === forkPosition + 1)
    return { next: 0, sha256: null, lastPosition: null }
  throw new OperatingError(
    'log-gap',
    `${first.path} begins at position ${firstPosition}, but the archive does not hold what comes before it`,
    {
      subject: first.path,
      hint: 'The segments before it are neither here nor in the archive: take a full backup now, and find out who removed them.',
    },
  )
}

/** A segment and its sidecar as archived; null when one of them is missing. @throws object-exists when the sidecar is not believable */
function* readPair(
  checksums: Checksums,
  access: StoreAccess,
  trustKey: Uint8Array | null,
  history: string,
  number: number,
): Task<ArchivedSegment | null> {
  const { store } = access
  const key = archivedSegmentKey(history, number)
  const sidecarKey = key + SIDECAR_SUFFIX
  const bytes = yield* withPatience(access, () => getIfThere(store, sidecarKey, SIDECAR_BYTES_MAX))
  if (bytes === null) return null
  const head = yield* withPatience(access, () => ObjectStore.head({ store, key }))
  if (head === null) return null
  const entry = { history, number, sizeBytes: head.sizeBytes, hasSidecar: true }
  const examined = examineSidecar(checksums, trustKey, entry, bytes)
  if (!isRefusedSegment(examined)) return examined
  throw new OperatingError('object-exists', `${sidecarKey} is not to be believed: ${examined.detail}`, {
    subject: sidecarKey,
  })
}

function* checkSame(checksums: Checksums, segment: ClosedSegment, archived: ArchivedSegment): Task<void> {
  const scan = yield* scanSegment(checksums, segment.path, 'blocks')
  if (scan.sha256 === archived.sha256) return
  throw new OperatingError('object-exists', `${archived.key} holds other bytes than ${segment.path}`, {
    subject: archived.key,
    hint: 'Two writers share this history, or the local segment is damaged: archive nothing more before that is clear.',
  })
}
