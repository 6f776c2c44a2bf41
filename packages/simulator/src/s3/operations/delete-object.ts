import type { Task } from '@dr-drill/runbook-core'
import { S3Error } from '../errors/index.ts'
import { type BucketRecord, type ObjectRecord, PLAIN_ATTRIBUTES } from '../storage/records.ts'
import { keyLock } from '../storage/storage.ts'
import { unquoted } from '../wire/conditions.ts'
import { emptyResponse, type S3Response } from '../wire/response.ts'
import { lastModifiedNow, type OperationInput, type ServiceContext } from './context.ts'

/** What a delete did. */
export interface Deletion {
  /** The version that was removed for good, or the delete marker that was made; null in a bucket without versions. */
  readonly versionId: string | null
  /** True when a delete marker was made, or the removed version was one. */
  readonly deleteMarker: boolean
}

/** DeleteObject: removes one version for good, or, without a version id, hides the key behind a delete marker. */
export function* deleteObject(context: ServiceContext, input: OperationInput): Task<S3Response> {
  const ifMatch = input.request.headers.get('if-match')
  const deletion = yield* deleteKey(context, {
    bucket: input.bucket,
    key: input.key,
    versionId: input.query.get('versionId') ?? null,
    ifMatch: ifMatch === undefined ? null : unquoted(ifMatch),
  })
  return emptyResponse(204, {
    ...(deletion.versionId === null ? {} : { 'x-amz-version-id': deletion.versionId }),
    ...(deletion.deleteMarker ? { 'x-amz-delete-marker': 'true' } : {}),
  })
}

/** One delete, also of a list. @throws NoSuchBucket, PreconditionFailed, InvalidArgument */
export function* deleteKey(
  context: ServiceContext,
  input: {
    readonly bucket: string
    readonly key: string
    readonly versionId: string | null
    readonly ifMatch: string | null
  },
): Task<Deletion> {
  const { storage } = context
  const bucket = yield* storage.buckets.require(input.bucket)
  return yield* storage.locks.exclusive(keyLock(input.bucket, input.key), function* () {
    if (input.ifMatch !== null) {
      const newest = yield* storage.objects.newest(bucket, input.key)
      checkDelete(input.ifMatch, newest)
    }
    if (input.versionId !== null) return yield* removeVersion(context, bucket, input.key, input.versionId)
    if (bucket.versioning === 'never') {
      yield* storage.objects.remove(bucket.name, input.key, 'null')
      return { versionId: null, deleteMarker: false }
    }
    const marker = yield* storage.objects.add(bucket, markerOf(input.key, lastModifiedNow(context)), null)
    return { versionId: marker.versionId, deleteMarker: true }
  })
}

function* removeVersion(
  context: ServiceContext,
  bucket: BucketRecord,
  key: string,
  versionId: string,
): Task<Deletion> {
  if (!/^(null|[0-9a-f]{32})$/.test(versionId)) {
    throw new S3Error('InvalidArgument', 'Invalid version id specified', { ArgumentName: 'versionId' })
  }
  const [record] = yield* context.storage.objects.versions(bucket.name, key, [{ versionId, role: 'record' }])
  yield* context.storage.objects.remove(bucket.name, key, versionId)
  return { versionId, deleteMarker: record?.deleteMarker === true }
}

function checkDelete(ifMatch: string, newest: ObjectRecord | null): void {
  const current = newest?.deleteMarker === false ? newest : null
  if (current === null || (ifMatch !== '*' && ifMatch !== current.etag)) {
    throw new S3Error('PreconditionFailed', undefined, { Condition: 'If-Match' })
  }
}

function markerOf(key: string, lastModified: number) {
  return {
    key,
    deleteMarker: true,
    sizeBytes: 0,
    etag: '',
    lastModified,
    checksum: null,
    attributes: PLAIN_ATTRIBUTES,
  }
}
