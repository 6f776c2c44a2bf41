import type { Checksums } from '../../checksums/index.ts'
import { attempt, type Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import type { BackupCandidate, BackupDescription, Described, Refusal } from '../../formats/index.ts'
import { type ObjectHead, ObjectStore } from '../../ports/index.ts'
import { FORMAT_VERSION } from '../record-file/index.ts'
import { backupFiles, type Manifest } from './manifest.ts'
import { knownMetadata, METADATA_BYTES_MAX, metadataDifference, metadataOf } from './metadata.ts'
import { METADATA_FILE } from './names.ts'
import { fromOlderVersion, hasOlderOfSize } from './older-versions.ts'
import { fetchManifest, isRefusal, type ReadManifest } from './read-manifest.ts'
import { eachObject, refusalOf } from './store-reading.ts'

/** Everything that can be checked of a backup without reading its data: see `BackupFormat.describe`. */
export function* describeBackup(
  checksums: Checksums,
  input: { readonly store: string; readonly candidate: BackupCandidate; readonly trustKey: string | null },
): Task<Described> {
  const read = yield* fetchManifest(checksums, input)
  if (isRefusal(read)) return refused(input.candidate, read)
  const { manifest } = read
  const foreign = unsupported(manifest)
  if (foreign !== null) return refused(input.candidate, foreign)
  const refusal =
    (yield* objectsRefusal(input.store, manifest)) ??
    (yield* metadataRefusal(checksums, input.store, manifest))
  const description = descriptionOf(read)
  return refusal === null
    ? { kind: 'usable', description }
    : { ...refused(input.candidate, refusal), description }
}

/** The description of a manifest, in core's terms. */
export function descriptionOf({ manifest, signature }: ReadManifest): BackupDescription {
  return { ...manifest, files: backupFiles(manifest), signature }
}

function refused(candidate: BackupCandidate, refusal: Refusal) {
  return { kind: 'refused', candidate, refusal } as const
}

function unsupported({ formatVersion }: Manifest): Refusal | null {
  if (formatVersion === FORMAT_VERSION) return null
  return {
    reason: 'version-unsupported',
    detail: `the data has format version ${formatVersion}; this program reads ${FORMAT_VERSION}`,
  }
}

/**
 * D26, D27: every object that the manifest lists is there, in full size; what the listing does not show is asked for by name. A log
 * object that is not there does not condemn the backup: the archive holds its segment, too, and no older backup could do without it. Nor
 * does an object that was overwritten or deleted, while an older version of it is left.
 */
function* objectsRefusal(store: string, manifest: Manifest): Task<Refusal | null> {
  const needed = backupFiles(manifest).filter((file) => file.role !== 'log')
  const unseen = new Map(needed.map((file) => [file.key, file.sizeBytes]))
  const wrongSizes: { readonly key: string; readonly expected: number; readonly detail: string }[] = []
  const see = (key: string, sizeBytes: number): void => {
    const expected = unseen.get(key)
    if (expected === undefined) return
    unseen.delete(key)
    if (sizeBytes === expected) return
    const detail = `${key} has ${sizeBytes} bytes, the manifest says ${expected}`
    wrongSizes.push({ key, expected, detail })
  }
  yield* eachObject({ store, prefix: `${manifest.name}/` }, ({ key, sizeBytes }) => see(key, sizeBytes))
  for (const [key, expected] of [...unseen]) {
    const head = yield* headIfAllowed(store, key)
    if (head !== null) see(key, head.sizeBytes)
    else if (!(yield* hasOlderOfSize(store, key, expected))) {
      return { reason: 'object-missing', detail: `${key} is not there` }
    }
  }
  for (const { key, expected, detail } of wrongSizes) {
    if (!(yield* hasOlderOfSize(store, key, expected))) return { reason: 'object-size-differs', detail }
  }
  return null
}

/** Roles that may list only below a prefix are told of names that are not there that they must not ask. */
function* headIfAllowed(store: string, key: string): Task<ObjectHead | null> {
  const head = yield* attempt(ObjectStore.head({ store, key }))
  if (head.ok) return head.value
  if (head.error.code === 'store-denied') return null
  throw head.error
}

/** The metadata is the one the manifest lists, and says the same. */
export function* metadataRefusal(
  checksums: Checksums,
  store: string,
  manifest: Manifest,
): Task<Refusal | null> {
  const key = `${manifest.name}/${METADATA_FILE}`
  const listed = manifest.files.find((file) => file.path === METADATA_FILE)
  const isListed = (bytes: Uint8Array): boolean => checksums.sha256Hex(bytes) === listed?.sha256
  const got = yield* attempt(ObjectStore.get({ store, key, sizeBytesMax: METADATA_BYTES_MAX }))
  if (got.ok && isListed(got.value.bytes)) return metadataContentRefusal(checksums, manifest, got.value.bytes)
  const refusal: Refusal | null = got.ok
    ? { reason: 'object-corrupt', detail: `${key} is not the one that the manifest lists` }
    : got.error.code === 'object-missing'
      ? { reason: 'object-missing', detail: `${key} is not there` }
      : refusalOf(got.error)
  if (refusal === null && !got.ok) throw got.error
  const older = yield* fromOlderVersion({ store, key, sizeBytesMax: METADATA_BYTES_MAX }, (bytes) =>
    isListed(bytes) ? bytes : null,
  )
  return older === null ? refusal : metadataContentRefusal(checksums, manifest, older)
}

/** Metadata bytes against the manifest that lists them. */
export function metadataContentRefusal(
  checksums: Checksums,
  manifest: Manifest,
  bytes: Uint8Array,
): Refusal | null {
  const count = (prefix: string) => manifest.files.filter((file) => file.path.startsWith(prefix)).length
  const expected = metadataOf(manifest, { wal: count('wal/'), db: count('db/') })
  try {
    const field = metadataDifference(knownMetadata(checksums, bytes), expected)
    if (field === null) return null
    const reason = field === 'timestamp' ? 'name-disagrees' : 'unreadable'
    return { reason, detail: `${METADATA_FILE} and the manifest disagree in ${field}` }
  } catch (error) {
    const refusal = error instanceof OperatingError ? refusalOf(error) : null
    if (refusal === null) throw error
    return refusal
  }
}
