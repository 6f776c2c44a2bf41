import { FileSystem, type Task } from '@dr-drill/runbook-core'
import { S3Error } from '../errors/index.ts'
import { versionPaths } from '../storage/layout.ts'
import type { BucketRecord, ObjectRecord } from '../storage/records.ts'
import { keyLock } from '../storage/storage.ts'
import type { PinnedFile, ServiceContext } from './context.ts'

/** A version held for reading: until `release` its bytes are neither replaced nor removed (or they are pinned). */
export interface OpenObject {
  readonly record: ObjectRecord
  /** The file of the bytes, below the data directory. */
  readonly path: string
  /** Size of the file as it lies: after damage not the recorded one. */
  readonly sizeBytes: number
  /** What the service's `pin` returned; null when the key's lock is held instead. */
  readonly pinned: PinnedFile | null
  /** Must be called; more than once does no harm. */
  readonly release: () => void
}

/** Finds the version a reader asks for. @throws NoSuchKey, NoSuchVersion, MethodNotAllowed (a delete marker) */
export function* findReadable(
  context: ServiceContext,
  bucket: BucketRecord,
  key: string,
  versionId: string | null,
): Task<ObjectRecord> {
  const { objects } = context.storage
  if (versionId === null) {
    const newest = yield* objects.newest(bucket, key)
    if (newest === null) throw new S3Error('NoSuchKey', undefined, { Key: key })
    if (newest.deleteMarker) {
      throw new S3Error('NoSuchKey', undefined, { Key: key }, markerHeaders(newest))
    }
    return newest
  }
  if (!/^(null|[0-9a-f]{32})$/.test(versionId)) {
    throw new S3Error('InvalidArgument', 'Invalid version id specified', {
      ArgumentName: 'versionId',
      ArgumentValue: versionId,
    })
  }
  const record = yield* objects.find(bucket.name, key, versionId)
  if (record === null) throw new S3Error('NoSuchVersion', undefined, { Key: key, VersionId: versionId })
  if (record.deleteMarker) throw new S3Error('MethodNotAllowed', undefined, {}, markerHeaders(record))
  return record
}

function markerHeaders(marker: ObjectRecord): Record<string, string> {
  return { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker.versionId }
}

/** Opens a version for reading; the caller must release it. @throws what `findReadable` and `check` throw */
export function* openObject(
  context: ServiceContext,
  bucketName: string,
  key: string,
  versionId: string | null,
  options: {
    readonly check?: (record: ObjectRecord) => void
    /** The reader takes the bytes from what the service's `pin` gives, not by the path. */
    readonly pins?: boolean
  } = {},
): Task<OpenObject> {
  const bucket = yield* context.storage.buckets.require(bucketName)
  const release = yield* context.storage.locks.shared(keyLock(bucketName, key))
  let opened = false
  try {
    const record = yield* findReadable(context, bucket, key, versionId)
    options.check?.(record)
    const path = versionPaths(bucketName, key, record.versionId).bytes(record.generation)
    const stat = yield* FileSystem.stat({ path })
    if (stat?.type !== 'file') throw new S3Error('NoSuchKey', undefined, { Key: key })
    const pinned = options.pins === true ? (context.pin?.(path) ?? null) : null
    // What is pinned outlives its name: writers need not wait for a slow reader.
    if (pinned !== null) release()
    opened = true
    return {
      record,
      path,
      sizeBytes: stat.sizeBytes,
      pinned,
      release: pinned === null ? release : () => pinned.release(),
    }
  } finally {
    if (!opened) release()
  }
}
