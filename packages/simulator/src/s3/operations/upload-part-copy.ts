import { type Task, uninterrupted } from '@dr-drill/runbook-core'
import { S3Error } from '../errors/index.ts'
import type { PartRecord } from '../storage/records.ts'
import { uploadLock } from '../storage/storage.ts'
import { type ByteRange, parseRange } from '../wire/range.ts'
import type { S3Response } from '../wire/response.ts'
import { xmlInstant, xmlResponse } from '../wire/xml.ts'
import { lastModifiedNow, type OperationInput, type ServiceContext } from './context.ts'
import { copyRange, copySource, openSource } from './copy-source.ts'
import type { OpenObject } from './open-object.ts'
import { StagedBytes } from './receive.ts'
import { partNumberOf } from './upload-part.ts'

/** UploadPartCopy: a part from a stretch of an object. */
export function* uploadPartCopy(context: ServiceContext, input: OperationInput): Task<S3Response> {
  const { headers } = input.request
  const partNumber = partNumberOf(input.query.get('partNumber') ?? '')
  const uploadId = input.query.get('uploadId') ?? ''
  const { checksumAlgorithm } = yield* context.storage.uploads.require(input.bucket, input.key, uploadId)
  const source = yield* openSource(context, copySource(headers.get('x-amz-copy-source') ?? ''), headers)
  try {
    const range = sourceRange(headers.get('x-amz-copy-source-range'), source)
    const staged = yield* context.storage.staging.begin()
    try {
      const bytes = new StagedBytes(context, staged, checksumAlgorithm ?? 'CRC64NVME')
      yield* copyRange(source, range, bytes)
      const { md5, algorithm, checksum } = bytes.finish()
      yield* staged.seal()
      const part: PartRecord = {
        kind: 's3-part',
        schemaVersion: 1,
        partNumber,
        sizeBytes: staged.sizeBytes,
        etag: md5,
        lastModified: lastModifiedNow(context),
        checksum: { algorithm, type: 'FULL_OBJECT', value: checksum },
      }
      yield* context.storage.locks.exclusive(uploadLock(uploadId), function* () {
        yield* context.storage.uploads.require(input.bucket, input.key, uploadId)
        yield* context.storage.uploads.addPart(uploadId, part, staged)
      })
      return copied(part)
    } finally {
      yield* uninterrupted(() => staged.discard())
    }
  } finally {
    source.release()
  }
}

/** Unlike the range of a read, this one must lie in the object whole. @throws InvalidArgument, InvalidRange */
function sourceRange(header: string | undefined, source: OpenObject): ByteRange {
  if (header === undefined) return { offset: 0, sizeBytes: source.sizeBytes }
  const last = /^bytes=\d{1,15}-(\d{1,15})$/.exec(header)?.[1]
  const range = last === undefined ? null : parseRange(header, source.sizeBytes)
  if (range === null || Number(last) >= source.sizeBytes) {
    throw new S3Error(
      'InvalidArgument',
      `Range specified is not valid for source object of size: ${source.sizeBytes}`,
    )
  }
  return range
}

function copied(part: PartRecord): S3Response {
  return xmlResponse([
    'CopyPartResult',
    [
      ['LastModified', xmlInstant(part.lastModified)],
      ['ETag', `"${part.etag}"`],
      part.checksum === null ? null : [`Checksum${part.checksum.algorithm}`, part.checksum.value],
    ],
  ])
}
