import type { Task } from '@dr-drill/runbook-core'
import { S3Error } from '../errors/index.ts'
import type { PartRecord } from '../storage/records.ts'
import { uploadLock } from '../storage/storage.ts'
import type { S3Response } from '../wire/response.ts'
import { type XmlElement, xmlInstant, xmlResponse } from '../wire/xml.ts'
import type { OperationInput, ServiceContext } from './context.ts'
import { countParameter, encodingElement, keyWriter } from './list-parameters.ts'

/** ListParts. */
export function* listParts(context: ServiceContext, input: OperationInput): Task<S3Response> {
  const { bucket, key, query } = input
  const uploadId = query.get('uploadId') ?? ''
  const marker = query.get('part-number-marker') ?? '0'
  if (!/^\d{1,10}$/.test(marker)) throw new S3Error('InvalidArgument', 'part-number-marker is not a number')
  const limit = countParameter(input, 'max-parts')
  const { locks, uploads } = context.storage
  const all = yield* locks.exclusive(uploadLock(uploadId), function* () {
    yield* uploads.require(bucket, key, uploadId)
    return yield* uploads.parts(uploadId)
  })
  const rest = all.filter((part) => part.partNumber > Number(marker))
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return xmlResponse([
    'ListPartsResult',
    [
      ['Bucket', bucket],
      ['Key', key],
      ['UploadId', uploadId],
      ['PartNumberMarker', marker],
      last === undefined ? null : ['NextPartNumberMarker', last.partNumber],
      ['MaxParts', limit],
      ['IsTruncated', rest.length > page.length],
      ...page.map(partElement),
      ['StorageClass', 'STANDARD'],
    ],
  ])
}

function partElement(part: PartRecord): XmlElement {
  return [
    'Part',
    [
      ['PartNumber', part.partNumber],
      ['LastModified', xmlInstant(part.lastModified)],
      ['ETag', `"${part.etag}"`],
      ['Size', part.sizeBytes],
      part.checksum === null ? null : [`Checksum${part.checksum.algorithm}`, part.checksum.value],
    ],
  ]
}

/** ListMultipartUploads: all of a bucket's uploads below a prefix, in one page. */
export function* listMultipartUploads(context: ServiceContext, input: OperationInput): Task<S3Response> {
  yield* context.storage.buckets.require(input.bucket)
  const prefix = input.query.get('prefix') ?? ''
  const write = keyWriter(input)
  const uploads = (yield* context.storage.uploads.list(input.bucket)).filter(({ record }) =>
    record.key.startsWith(prefix),
  )
  return xmlResponse([
    'ListMultipartUploadsResult',
    [
      ['Bucket', input.bucket],
      ['Prefix', write(prefix)],
      ['MaxUploads', 1000],
      ['IsTruncated', false],
      encodingElement(input),
      ...uploads.map(
        ({ uploadId, record }): XmlElement => [
          'Upload',
          [
            ['Key', write(record.key)],
            ['UploadId', uploadId],
            ['Initiated', xmlInstant(record.initiated)],
          ],
        ],
      ),
    ],
  ])
}
