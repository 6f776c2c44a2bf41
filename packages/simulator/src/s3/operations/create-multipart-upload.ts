import type { Task } from '@dr-drill/runbook-core'
import { S3Error } from '../errors/index.ts'
import type { ChecksumAlgorithm } from '../storage/records.ts'
import { attributesOf } from '../wire/attributes.ts'
import { requestedAlgorithm } from '../wire/checksum-headers.ts'
import type { S3Response } from '../wire/response.ts'
import { xmlResponse } from '../wire/xml.ts'
import { lastModifiedNow, type OperationInput, type ServiceContext } from './context.ts'

/** CreateMultipartUpload. */
export function* createMultipartUpload(context: ServiceContext, input: OperationInput): Task<S3Response> {
  const { headers } = input.request
  yield* context.storage.buckets.require(input.bucket)
  const algorithm = requestedAlgorithm(headers)
  const type = checksumType(algorithm, headers.get('x-amz-checksum-type'))
  const uploadId = yield* context.storage.uploads.begin({
    kind: 's3-upload',
    schemaVersion: 1,
    bucket: input.bucket,
    key: input.key,
    initiated: lastModifiedNow(context),
    checksumAlgorithm: algorithm,
    checksumType: type,
    attributes: attributesOf(headers),
  })
  const answer = [
    ['Bucket', input.bucket],
    ['Key', input.key],
    ['UploadId', uploadId],
  ] as const
  const told: Record<string, string> =
    algorithm === null ? {} : { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': type }
  return xmlResponse(['InitiateMultipartUploadResult', answer], 200, told)
}

/** CRC64NVME is always over the whole, SHA always over the parts; CRC32 and CRC32C as asked, by default over the parts. */
function checksumType(
  algorithm: ChecksumAlgorithm | null,
  asked: string | undefined,
): 'FULL_OBJECT' | 'COMPOSITE' {
  const fallback = algorithm === null || algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE'
  const type = asked?.toUpperCase() ?? fallback
  const isPossible =
    (type === 'FULL_OBJECT' && !algorithm?.startsWith('SHA')) ||
    (type === 'COMPOSITE' && algorithm !== 'CRC64NVME' && algorithm !== null)
  if (!isPossible) {
    throw new S3Error(
      'InvalidRequest',
      `The ${type} checksum type cannot be used with the ${(algorithm ?? 'default').toLowerCase()} checksum algorithm.`,
    )
  }
  return type as 'FULL_OBJECT' | 'COMPOSITE'
}
