import type { Task } from '@dr-drill/runbook-core'
import { S3Error } from '../errors/index.ts'
import type { PartRecord } from '../storage/records.ts'
import { uploadLock } from '../storage/storage.ts'
import { checksumHeader, expectedChecksum } from '../wire/checksum-headers.ts'
import { emptyResponse, type S3Response } from '../wire/response.ts'
import { lastModifiedNow, type OperationInput, type ServiceContext } from './context.ts'
import { withReceivedBody } from './receive.ts'

/** UploadPart. */
export function* uploadPart(context: ServiceContext, input: OperationInput): Task<S3Response> {
  const { bucket, key, query } = input
  const { uploads, locks } = context.storage
  const uploadId = query.get('uploadId') ?? ''
  const partNumber = partNumberOf(query.get('partNumber') ?? '')
  const upload = yield* uploads.require(bucket, key, uploadId)
  const given = expectedChecksum(input.request.headers)?.algorithm ?? null
  if (upload.checksumAlgorithm !== null && given !== null && given !== upload.checksumAlgorithm) {
    throw new S3Error(
      'InvalidRequest',
      `Checksum Type mismatch occurred, expected checksum Type: ${upload.checksumAlgorithm.toLowerCase()}, actual checksum Type: ${given.toLowerCase()}`,
    )
  }
  const algorithm = upload.checksumAlgorithm ?? 'CRC64NVME'
  return yield* withReceivedBody(context, input, algorithm, function* (body) {
    const part: PartRecord = {
      kind: 's3-part',
      schemaVersion: 1,
      partNumber,
      sizeBytes: body.sizeBytes,
      etag: body.md5,
      lastModified: lastModifiedNow(context),
      checksum: { algorithm: body.algorithm, type: 'FULL_OBJECT', value: body.checksum },
    }
    yield* locks.exclusive(uploadLock(uploadId), function* () {
      // It may have been completed or aborted while the body travelled.
      yield* uploads.require(bucket, key, uploadId)
      yield* uploads.addPart(uploadId, part, body.staged)
    })
    return emptyResponse(200, {
      etag: `"${part.etag}"`,
      [checksumHeader(body.algorithm)]: body.checksum,
    })
  })
}

/** The number of a part. @throws InvalidArgument */
export function partNumberOf(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (number >= 1 && number <= 10_000) return number
  throw new S3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive', {
    ArgumentName: 'partNumber',
    ArgumentValue: text,
  })
}
