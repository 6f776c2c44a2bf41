import type { Task } from '@dr-drill/runbook-core'
import { uploadLock } from '../storage/storage.ts'
import { emptyResponse, type S3Response } from '../wire/response.ts'
import type { OperationInput, ServiceContext } from './context.ts'

/** AbortMultipartUpload. */
export function* abortMultipartUpload(context: ServiceContext, input: OperationInput): Task<S3Response> {
  const uploadId = input.query.get('uploadId') ?? ''
  const { locks, uploads } = context.storage
  yield* locks.exclusive(uploadLock(uploadId), function* () {
    yield* uploads.require(input.bucket, input.key, uploadId)
    yield* uploads.remove(uploadId)
  })
  return emptyResponse(204)
}
