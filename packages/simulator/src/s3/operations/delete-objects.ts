import type { Task } from '@dr-drill/runbook-core'
import { utf8Encode } from '@dr-drill/runbook-core'
import { RunningChecksum } from '../digests/running-checksum.ts'
import { S3Error } from '../errors/index.ts'
import { checkedValue, checksumHeader, expectedChecksum, expectedMd5 } from '../wire/checksum-headers.ts'
import { unquoted } from '../wire/conditions.ts'
import type { S3Response } from '../wire/response.ts'
import { KEY_BYTES_MAX } from '../wire/route.ts'
import { type XmlElement, xmlResponse } from '../wire/xml.ts'
import { deleteShape, parseXml, readSmallBody } from '../wire/xml-read.ts'
import type { OperationInput, ServiceContext } from './context.ts'
import { deleteKey } from './delete-object.ts'

/** DeleteObjects: up to 1000 deletes, each with its own outcome. */
export function* deleteObjects(context: ServiceContext, input: OperationInput): Task<S3Response> {
  yield* context.storage.buckets.require(input.bucket)
  const bytes = yield* readSmallBody(input.payload)
  checkDocument(context, input, bytes)
  const { Delete: wanted } = parseXml(bytes, deleteShape)
  const outcomes: XmlElement[] = []
  for (const { Key: key, VersionId: versionId, ETag: etag } of wanted.Object) {
    const outcome = yield* deleteOne(context, input.bucket, key, versionId ?? null, etag ?? null)
    if (outcome[0] === 'Error' || !wanted.Quiet) outcomes.push(outcome)
  }
  return xmlResponse(['DeleteResult', outcomes])
}

/** S3 wants this document protected by a checksum or Content-MD5. */
function checkDocument(context: ServiceContext, input: OperationInput, bytes: Uint8Array): void {
  const md5 = expectedMd5(input.request.headers)
  const expected = expectedChecksum(input.request.headers)
  if (md5 === null && expected === null) {
    throw new S3Error('InvalidRequest', 'Missing required header for this request: Content-MD5')
  }
  if (md5 !== null && context.digests.md5().update(bytes).hex() !== md5) throw new S3Error('BadDigest')
  if (expected === null) return
  const trailer = input.payload.trailers.get(checksumHeader(expected.algorithm)) ?? ''
  const value = expected.value ?? checkedValue(expected.algorithm, trailer)
  if (new RunningChecksum(context.digests, expected.algorithm).update(bytes).base64() !== value) {
    throw new S3Error('BadDigest')
  }
}

function* deleteOne(
  context: ServiceContext,
  bucket: string,
  key: string,
  versionId: string | null,
  etag: string | null,
): Task<XmlElement> {
  const named: (XmlElement | null)[] = [['Key', key], versionId === null ? null : ['VersionId', versionId]]
  try {
    if (utf8Encode(key).length > KEY_BYTES_MAX) throw new S3Error('KeyTooLongError')
    const ifMatch = etag === null ? null : unquoted(etag)
    const deletion = yield* deleteKey(context, { bucket, key, versionId, ifMatch })
    const marker: XmlElement[] = deletion.deleteMarker
      ? [
          ['DeleteMarker', true],
          ['DeleteMarkerVersionId', deletion.versionId ?? 'null'],
        ]
      : []
    return ['Deleted', [...named, ...marker]]
  } catch (error) {
    if (!(error instanceof S3Error)) throw error
    return ['Error', [...named, ['Code', error.code], ['Message', error.message]]]
  }
}
