import type { Task } from '@dr-drill/runbook-core'
import { keyLock } from '../storage/storage.ts'
import { attributesOf } from '../wire/attributes.ts'
import { checksumHeaders } from '../wire/checksum-headers.ts'
import { checkWrite, writeConditions } from '../wire/conditions.ts'
import { emptyResponse, type S3Response } from '../wire/response.ts'
import { lastModifiedNow, type OperationInput, type ServiceContext } from './context.ts'
import { withReceivedBody } from './receive.ts'
import { storeObject } from './store-object.ts'

/** PutObject. */
export function* putObject(context: ServiceContext, input: OperationInput): Task<S3Response> {
  const { bucket, key, request } = input
  const conditions = writeConditions(request.headers)
  const attributes = attributesOf(request.headers)
  yield* checkBeforehand(context, input)
  const record = yield* withReceivedBody(context, input, 'CRC64NVME', (body) =>
    storeObject(context, {
      bucket,
      conditions,
      staged: body.staged,
      draft: {
        key,
        deleteMarker: false,
        sizeBytes: body.sizeBytes,
        etag: body.md5,
        lastModified: lastModifiedNow(context),
        checksum: { algorithm: body.algorithm, type: 'FULL_OBJECT', value: body.checksum },
        attributes,
      },
    }),
  )
  return emptyResponse(200, {
    etag: `"${record.etag}"`,
    ...checksumHeaders(record.checksum),
    ...versionHeader(record.versionId),
  })
}

/** `x-amz-version-id`, which S3 sends for kept versions only. */
export function versionHeader(versionId: string): Record<string, string> {
  return versionId === 'null' ? {} : { 'x-amz-version-id': versionId }
}

/** A write that must fail is refused before its body travels; what counts is the check at the end, under the lock. */
export function* checkBeforehand(context: ServiceContext, input: OperationInput): Task<void> {
  const bucket = yield* context.storage.buckets.require(input.bucket)
  const conditions = writeConditions(input.request.headers)
  if (!conditions.ifAbsent && conditions.ifMatch === null) return
  yield* context.storage.locks.exclusive(keyLock(input.bucket, input.key), function* () {
    checkWrite(conditions, yield* context.storage.objects.newest(bucket, input.key), input.key)
  })
}
