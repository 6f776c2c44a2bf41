import { whileAnswering } from '../../actions/support/answering.ts'
import { type Patience, patienceOf } from '../../actions/support/patience.ts'
import { type Checksums, Question, recall } from '../../checksums/index.ts'
import { attempt, type Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import type { ArchivedSegment, RefusedSegment } from '../../formats/index.ts'
import { ObjectStore } from '../../ports/index.ts'
import { knownEnvelope, parseTrustKey, signatureStatus } from './envelope.ts'
import { ARCHIVE_PREFIX, archivedSegmentKey, SIDECAR_SUFFIX, segmentFileName } from './names.ts'
import { fromOlderVersion } from './older-versions.ts'
import { readSidecar, type SegmentSidecar, SIDECAR_BYTES_MAX } from './sidecar.ts'
import { getIfThere, refusalOf } from './store-reading.ts'

const SIDECAR = new Question<SegmentSidecar>('sidecar in an envelope')

/** What a listing says about one archived segment. */
export interface ArchiveEntry {
  readonly history: string
  readonly number: number
  /** Size of the segment's object; null when only its sidecar is there. */
  readonly sizeBytes: number | null
  readonly hasSidecar: boolean
}

/** With what an archive is read. Without patience a failed request is thrown at once. */
export interface ArchiveReader {
  readonly checksums: Checksums
  readonly store: string
  readonly trustKey: Uint8Array | null
  readonly patience: Patience | null
}

/**
 * Reads one segment's sidecar and holds it against its key and the listed size. Outages are thrown; with patience a sidecar that never
 * arrives while the store answers is refused.
 */
export function* readArchived(
  reader: ArchiveReader,
  entry: ArchiveEntry,
): Task<ArchivedSegment | RefusedSegment> {
  const key = archivedSegmentKey(entry.history, entry.number)
  const refuse = refuser(key)
  if (!entry.hasSidecar)
    return refuse('sidecar-missing', 'the segment has no sidecar: its archival never finished')
  const sidecar = yield* readSidecarBytes(reader, key)
  const current = isRefusedSegment(sidecar)
    ? sidecar
    : sidecar === null
      ? refuse('sidecar-missing', 'the sidecar is gone since it was listed')
      : examineSidecar(reader.checksums, reader.trustKey, entry, sidecar)
  return yield* believed(reader, entry, current)
}

/** Refusals of what a sidecar says, not of what it is about. */
const UNBELIEVED: ReadonlySet<RefusedSegment['reason']> = new Set([
  'sidecar-missing',
  'sidecar-unreadable',
  'signature-invalid',
  'key-disagrees',
])

/** A sidecar is written once: where the current one cannot be believed, an older version may be what was written. */
function* believed(
  reader: ArchiveReader,
  entry: ArchiveEntry,
  current: ArchivedSegment | RefusedSegment,
): Task<ArchivedSegment | RefusedSegment> {
  if (!isRefusedSegment(current) || !UNBELIEVED.has(current.reason)) return current
  const { checksums, trustKey } = reader
  const key = archivedSegmentKey(entry.history, entry.number) + SIDECAR_SUFFIX
  const older = yield* fromOlderVersion({ ...reader, key, sizeBytesMax: SIDECAR_BYTES_MAX }, (bytes) => {
    const read = examineSidecar(checksums, trustKey, entry, bytes)
    return isRefusedSegment(read) && UNBELIEVED.has(read.reason) ? null : read
  })
  return older ?? current
}

/** One segment asked for by its name: see `LogFormat.describe`. */
export function* describeArchived(
  checksums: Checksums,
  input: {
    readonly store: string
    readonly trustKey: string | null
    readonly history: string
    readonly number: number
    readonly patienceMs: number
  },
): Task<ArchivedSegment | RefusedSegment | null> {
  const { store, history, number } = input
  const patience = patienceOf(input.patienceMs)
  const reader = { checksums, store, trustKey: parseTrustKey(input.trustKey), patience }
  const key = archivedSegmentKey(history, number)
  const read = yield* attempt(askBoth(reader, key))
  if (!read.ok) {
    // Roles that may list only below a prefix are told of names that are not there that they must not ask.
    if (read.error.code === 'store-denied') return null
    throw read.error
  }
  const { sidecar, sizeBytes } = read.value
  const entry = { history, number, sizeBytes, hasSidecar: true }
  if (sidecar === null) {
    const detail = 'the segment has no sidecar: its archival never finished'
    const current = refuser(key)('sidecar-missing', detail)
    const found = yield* believed(reader, entry, current)
    return found === current && sizeBytes === null ? null : found
  }
  const current = isRefusedSegment(sidecar)
    ? sidecar
    : examineSidecar(checksums, reader.trustKey, entry, sidecar)
  return yield* believed(reader, entry, current)
}

function* askBoth(reader: ArchiveReader, key: string) {
  const { store } = reader
  const sidecar = yield* readSidecarBytes(reader, key)
  const head = yield* attempt(answered(reader, () => ObjectStore.head({ store, key })))
  if (!head.ok && head.error.code !== 'object-corrupt') throw head.error
  return { sidecar, sizeBytes: head.ok ? (head.value?.sizeBytes ?? null) : null }
}

/** A sidecar's bytes; null when it is not there; refused when it cannot be had. */
function* readSidecarBytes(reader: ArchiveReader, key: string): Task<Uint8Array | RefusedSegment | null> {
  const { store } = reader
  const got = yield* attempt(
    answered(reader, () => getIfThere(store, key + SIDECAR_SUFFIX, SIDECAR_BYTES_MAX)),
  )
  if (got.ok) return got.value
  const refusal = refusalOf(got.error)
  if (refusal === null) throw got.error
  return refuser(key)('sidecar-unreadable', refusal.detail)
}

/** With patience: an object that fails again and again while the store answers is given up as `object-corrupt`. */
function answered<A>({ patience, store }: ArchiveReader, task: () => Task<A>): Task<A> {
  if (patience === null) return task()
  return whileAnswering(patience, store, task, () =>
    ObjectStore.list({ store, prefix: ARCHIVE_PREFIX, limit: 1 }),
  )
}

/** True for the refusal of the two. */
export function isRefusedSegment<A extends object>(
  value: A | RefusedSegment | null,
): value is RefusedSegment {
  return value !== null && 'reason' in value
}

/** A sidecar's bytes against the key they were found under. */
export function examineSidecar(
  checksums: Checksums,
  trustKey: Uint8Array | null,
  entry: ArchiveEntry,
  bytes: Uint8Array,
): ArchivedSegment | RefusedSegment {
  const key = archivedSegmentKey(entry.history, entry.number)
  const refuse = refuser(key)
  try {
    const envelope = knownEnvelope(checksums, bytes)
    const signature = signatureStatus(checksums, envelope, trustKey)
    if (signature === 'absent') return refuse('signature-invalid', 'the sidecar is not signed')
    if (signature === 'invalid') {
      return refuse('signature-invalid', 'the sidecar is not signed with the trusted key')
    }
    const sidecar = recall(checksums, SIDECAR, envelope, () => readSidecar(envelope.payload))
    if (sidecar.history !== entry.history || sidecar.number !== entry.number) {
      return refuse('key-disagrees', `the sidecar is that of segment ${sidecar.number} of ${sidecar.history}`)
    }
    const described = { ...sidecar, key, fileName: segmentFileName(entry.number), signature }
    if (entry.sizeBytes === null)
      return { ...refuse('segment-missing', 'the sidecar has no segment'), described }
    if (entry.sizeBytes !== sidecar.sizeBytes) {
      const detail = `the object has ${entry.sizeBytes} bytes, its sidecar says ${sidecar.sizeBytes}`
      return { ...refuse('size-differs', detail), described }
    }
    return described
  } catch (error) {
    if (error instanceof OperatingError) return refuse('sidecar-unreadable', error.message)
    throw error
  }
}

function refuser(key: string) {
  return (reason: RefusedSegment['reason'], detail: string): RefusedSegment => ({ key, reason, detail })
}
