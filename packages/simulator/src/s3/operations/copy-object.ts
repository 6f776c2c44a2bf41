import { type Task, uninterrupted } from '@dr-drill/runbook-core'
import { S3Error } from '../errors/index.ts'
import type { ChecksumAlgorithm, ObjectAttributes, ObjectRecord } from '../storage/records.ts'
import { attributesOf } from '../wire/attributes.ts'
import { requestedAlgorithm } from '../wire/checksum-headers.ts'
import { type WriteConditions, writeConditions } from '../wire/conditions.ts'
import type { S3Response } from '../wire/response.ts'
import { type XmlElement, xmlInstant, xmlResponse } from '../wire/xml.ts'
import { lastModifiedNow, type OperationInput, type ServiceContext } from './context.ts'
import { copyRange, copySource, openSource } from './copy-source.ts'
import type { OpenObject } from './open-object.ts'
import { versionHeader } from './put-object.ts'
import { StagedBytes } from './receive.ts'
import { storeObject } from './store-object.ts'

/** CopyObject. The bytes are read from the disk and digested anew: a damaged source gives an honest copy of the damage. */
export function* copyObject(context: ServiceContext, input: OperationInput): Task<S3Response> {
  const { headers } = input.request
  const source = copySource(headers.get('x-amz-copy-source') ?? '')
  const directive = headers.get('x-amz-metadata-directive') ?? 'COPY'
  if (directive !== 'COPY' && directive !== 'REPLACE') {
    throw new S3Error('InvalidArgument', 'Unknown metadata directive.')
  }
  const isSame = source.bucket === input.bucket && source.key === input.key && source.versionId === null
  if (isSame && directive === 'COPY') {
    throw new S3Error(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    )
  }
  const plan: CopyPlan = {
    conditions: writeConditions(headers),
    algorithm: requestedAlgorithm(headers),
    attributes: directive === 'REPLACE' ? attributesOf(headers) : null,
  }
  yield* context.storage.buckets.require(input.bucket)
  const opened = yield* openSource(context, source, headers)
  try {
    const record = yield* copyBytes(context, input, opened, plan)
    return copyResponse(record, opened.record)
  } finally {
    opened.release()
  }
}

interface CopyPlan {
  readonly conditions: WriteConditions
  readonly algorithm: ChecksumAlgorithm | null
  /** Null: those of the source. */
  readonly attributes: ObjectAttributes | null
}

function* copyBytes(
  context: ServiceContext,
  input: OperationInput,
  source: OpenObject,
  plan: CopyPlan,
): Task<ObjectRecord> {
  const algorithm = plan.algorithm ?? source.record.checksum?.algorithm ?? 'CRC64NVME'
  const staged = yield* context.storage.staging.begin()
  try {
    const bytes = new StagedBytes(context, staged, algorithm)
    yield* copyRange(source, { offset: 0, sizeBytes: source.sizeBytes }, bytes)
    // The source may be the target: let go of it before the target is locked.
    source.release()
    const digests = bytes.finish()
    yield* staged.seal()
    return yield* storeObject(context, {
      bucket: input.bucket,
      conditions: plan.conditions,
      staged,
      draft: {
        key: input.key,
        deleteMarker: false,
        sizeBytes: staged.sizeBytes,
        etag: digests.md5,
        lastModified: lastModifiedNow(context),
        checksum: { algorithm, type: 'FULL_OBJECT', value: digests.checksum },
        attributes: plan.attributes ?? source.record.attributes,
      },
    })
  } finally {
    yield* uninterrupted(() => staged.discard())
  }
}

function copyResponse(record: ObjectRecord, source: ObjectRecord): S3Response {
  const checksum: (XmlElement | null)[] =
    record.checksum === null
      ? []
      : [
          [`Checksum${record.checksum.algorithm}`, record.checksum.value],
          ['ChecksumType', record.checksum.type],
        ]
  const result: XmlElement = [
    'CopyObjectResult',
    [['LastModified', xmlInstant(record.lastModified)], ['ETag', `"${record.etag}"`], ...checksum],
  ]
  return xmlResponse(result, 200, {
    ...versionHeader(record.versionId),
    ...(source.versionId === 'null' ? {} : { 'x-amz-copy-source-version-id': source.versionId }),
  })
}
