import { type Task, uninterrupted } from '@dr-drill/runbook-core'
import { S3Error } from '../errors/index.ts'
import type { ObjectRecord, PartRecord } from '../storage/records.ts'
import { uploadLock } from '../storage/storage.ts'
import { checkedValue, checksumHeader } from '../wire/checksum-headers.ts'
import { unquoted, writeConditions } from '../wire/conditions.ts'
import type { S3Response } from '../wire/response.ts'
import { type XmlElement, xmlResponse } from '../wire/xml.ts'
import { completeShape, parseXml, readSmallBody } from '../wire/xml-read.ts'
import { type AskedPart, choosePart } from './chosen-parts.ts'
import { lastModifiedNow, type OperationInput, type ServiceContext } from './context.ts'
import { joinParts } from './join-parts.ts'
import { checkBeforehand, versionHeader } from './put-object.ts'
import { storeObject } from './store-object.ts'

/** CompleteMultipartUpload: parts in ascending order, each by its ETag, become one object. */
export function* completeMultipartUpload(context: ServiceContext, input: OperationInput): Task<S3Response> {
  const { bucket, key } = input
  const uploadId = input.query.get('uploadId') ?? ''
  const asked = parseXml(yield* readSmallBody(input.payload), completeShape).CompleteMultipartUpload.Part
  yield* checkBeforehand(context, input)
  const record = yield* context.storage.locks.exclusive(uploadLock(uploadId), () =>
    complete(context, input, uploadId, asked),
  )
  const checksum: (XmlElement | null)[] =
    record.checksum === null
      ? []
      : [
          [`Checksum${record.checksum.algorithm}`, record.checksum.value],
          ['ChecksumType', record.checksum.type],
        ]
  const result: XmlElement = [
    'CompleteMultipartUploadResult',
    [
      ['Location', `/${bucket}/${key}`],
      ['Bucket', bucket],
      ['Key', key],
      ['ETag', `"${record.etag}"`],
      ...checksum,
    ],
  ]
  return xmlResponse(result, 200, versionHeader(record.versionId))
}

function* complete(
  context: ServiceContext,
  input: OperationInput,
  uploadId: string,
  asked: readonly AskedPart[],
): Task<ObjectRecord> {
  const { uploads } = context.storage
  const upload = yield* uploads.require(input.bucket, input.key, uploadId)
  const known = new Map((yield* uploads.parts(uploadId)).map((part) => [part.partNumber, part]))
  const parts = asked.map((part, index) => {
    if (index > 0 && part.PartNumber <= (asked[index - 1] as AskedPart).PartNumber)
      throw new S3Error('InvalidPartOrder')
    return choosePart(upload, known.get(part.PartNumber), part, unquoted(part.ETag))
  })
  checkSizes(context, parts)
  const joined = yield* joinParts(context, uploadId, upload, parts)
  try {
    checkWhole(input, joined.checksum, joined.staged.sizeBytes)
    const record = yield* storeObject(context, {
      bucket: input.bucket,
      conditions: writeConditions(input.request.headers),
      staged: joined.staged,
      draft: {
        key: input.key,
        deleteMarker: false,
        sizeBytes: joined.staged.sizeBytes,
        etag: joined.etag,
        lastModified: lastModifiedNow(context),
        checksum: joined.checksum,
        attributes: upload.attributes,
      },
    })
    yield* uploads.remove(uploadId)
    return record
  } finally {
    yield* uninterrupted(() => joined.staged.discard())
  }
}

function checkSizes(context: ServiceContext, parts: readonly PartRecord[]): void {
  for (const part of parts.slice(0, -1)) {
    if (part.sizeBytes >= context.limits.partSizeBytesMin) continue
    throw new S3Error('EntityTooSmall', undefined, {
      PartNumber: String(part.partNumber),
      ProposedSize: String(part.sizeBytes),
      MinSizeAllowed: String(context.limits.partSizeBytesMin),
      ETag: part.etag,
    })
  }
}

/** The client may say what the whole must have. */
function checkWhole(
  input: OperationInput,
  checksum: NonNullable<ObjectRecord['checksum']>,
  sizeBytes: number,
): void {
  const { headers } = input.request
  const given = headers.get(checksumHeader(checksum.algorithm))
  if (given !== undefined) {
    const value = checksum.type === 'FULL_OBJECT' ? checkedValue(checksum.algorithm, given) : given
    if (value.replace(/-\d+$/, '') !== checksum.value.replace(/-\d+$/, '')) {
      throw new S3Error(
        'BadDigest',
        `The ${checksum.algorithm} you specified did not match the calculated checksum.`,
      )
    }
  }
  const size = headers.get('x-amz-mp-object-size')
  if (size !== undefined && size !== String(sizeBytes)) {
    throw new S3Error('InvalidRequest', 'The size in x-amz-mp-object-size is not that of the parts together.')
  }
}
