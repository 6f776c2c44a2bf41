import type { Task } from '@dr-drill/runbook-core'
import { S3Error } from '../errors/index.ts'
import { isBucketName } from '../storage/buckets.ts'
import { KeyCursor } from '../storage/key-cursor.ts'
import { emptyResponse, type S3Response } from '../wire/response.ts'
import { xmlInstant, xmlResponse } from '../wire/xml.ts'
import { parseXml, readSmallBody, versioningShape } from '../wire/xml-read.ts'
import { lastModifiedNow, type OperationInput, type ServiceContext } from './context.ts'

const bucketLock = (bucket: string): string => `bucket:${bucket}`

/** ListBuckets. */
export function* listBuckets(context: ServiceContext, input: OperationInput): Task<S3Response> {
  const owner = input.auth.credential.accessKey
  const buckets = yield* context.storage.buckets.list()
  return xmlResponse([
    'ListAllMyBucketsResult',
    [
      [
        'Owner',
        [
          ['ID', owner],
          ['DisplayName', owner],
        ],
      ],
      [
        'Buckets',
        buckets.map(({ name, created }) => [
          'Bucket',
          [
            ['Name', name],
            ['CreationDate', xmlInstant(created)],
          ],
        ]),
      ],
    ],
  ])
}

/** CreateBucket: one that exists is answered with BucketAlreadyOwnedByYou. */
export function* createBucket(context: ServiceContext, input: OperationInput): Task<S3Response> {
  // The location constraint says nothing here: there is one region.
  yield* readSmallBody(input.payload)
  const made = yield* makeBucket(context, input.bucket)
  if (!made) throw new S3Error('BucketAlreadyOwnedByYou', undefined, { BucketName: input.bucket })
  return emptyResponse(200, { location: `/${input.bucket}` })
}

/** Makes a bucket; false when it was there. @throws InvalidBucketName */
export function* makeBucket(context: ServiceContext, name: string): Task<boolean> {
  if (!isBucketName(name)) throw new S3Error('InvalidBucketName', undefined, { BucketName: name })
  const { buckets, locks } = context.storage
  return yield* locks.exclusive(bucketLock(name), function* () {
    if ((yield* buckets.find(name)) !== null) return false
    yield* buckets.save({
      kind: 's3-bucket',
      schemaVersion: 1,
      name,
      created: lastModifiedNow(context),
      versioning: 'never',
    })
    return true
  })
}

/** DeleteBucket: only an empty one, versions and delete markers included. */
export function* deleteBucket(context: ServiceContext, input: OperationInput): Task<S3Response> {
  const { buckets, locks, objects } = context.storage
  yield* locks.exclusive(bucketLock(input.bucket), function* () {
    yield* buckets.require(input.bucket)
    const cursor = new KeyCursor(input.bucket, '', { text: '', mode: 'at' })
    for (let entry = yield* cursor.next(); entry !== null; entry = yield* cursor.next()) {
      if ((yield* objects.versions(input.bucket, entry.key, entry.files)).length > 0)
        throw new S3Error('BucketNotEmpty')
    }
    yield* buckets.remove(input.bucket)
  })
  return emptyResponse(204)
}

/** HeadBucket. */
export function* headBucket(context: ServiceContext, input: OperationInput): Task<S3Response> {
  yield* context.storage.buckets.require(input.bucket)
  return emptyResponse(200, { 'x-amz-bucket-region': 'us-east-1' })
}

/** GetBucketLocation: empty means us-east-1. */
export function* getBucketLocation(context: ServiceContext, input: OperationInput): Task<S3Response> {
  yield* context.storage.buckets.require(input.bucket)
  return xmlResponse(['LocationConstraint', ''])
}

/** GetBucketVersioning: without a status while versions were never kept. */
export function* getBucketVersioning(context: ServiceContext, input: OperationInput): Task<S3Response> {
  const { versioning } = yield* context.storage.buckets.require(input.bucket)
  const status = versioning === 'enabled' ? 'Enabled' : 'Suspended'
  return xmlResponse(['VersioningConfiguration', versioning === 'never' ? [] : [['Status', status]]])
}

/** PutBucketVersioning. */
export function* putBucketVersioning(context: ServiceContext, input: OperationInput): Task<S3Response> {
  const { VersioningConfiguration: wanted } = parseXml(yield* readSmallBody(input.payload), versioningShape)
  if (wanted.MfaDelete === 'Enabled') throw new S3Error('NotImplemented')
  yield* setVersioning(context, input.bucket, wanted.Status === 'Enabled' ? 'enabled' : 'suspended')
  return emptyResponse(200)
}

/** Turns the keeping of versions on or off. @throws NoSuchBucket */
export function* setVersioning(
  context: ServiceContext,
  name: string,
  versioning: 'enabled' | 'suspended',
): Task<void> {
  const { buckets, locks } = context.storage
  yield* locks.exclusive(bucketLock(name), function* () {
    yield* buckets.save({ ...(yield* buckets.require(name)), versioning })
  })
}
