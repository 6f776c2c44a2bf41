import type { Task } from '@dr-drill/runbook-core'
import type { ObjectRecord } from '../storage/records.ts'
import type { S3Response } from '../wire/response.ts'
import { type XmlElement, xmlInstant, xmlResponse } from '../wire/xml.ts'
import type { OperationInput, ServiceContext } from './context.ts'
import { boundOf, encodingElement, keyWriter, listQuery, prefixElements, tokenOf } from './list-parameters.ts'
import { FROM_START, listObjects, markerBound } from './listing.ts'

/** ListObjectsV2. */
export function* listObjectsV2(context: ServiceContext, input: OperationInput): Task<S3Response> {
  yield* context.storage.buckets.require(input.bucket)
  const query = listQuery(input)
  const write = keyWriter(input)
  const token = input.query.get('continuation-token')
  const startAfter = input.query.get('start-after') ?? ''
  const from =
    token !== undefined
      ? boundOf(token)
      : startAfter === ''
        ? FROM_START
        : ({ text: startAfter, mode: 'after' } as const)
  const page = yield* listObjects(context, query, from)
  const owner = input.query.get('fetch-owner') === 'true' ? input.auth.credential.accessKey : null
  return xmlResponse([
    'ListBucketResult',
    [
      ['Name', input.bucket],
      ['Prefix', write(query.prefix)],
      startAfter === '' ? null : ['StartAfter', write(startAfter)],
      token === undefined ? null : ['ContinuationToken', token],
      page.next === null ? null : ['NextContinuationToken', tokenOf(page.next)],
      ['KeyCount', page.objects.length + page.prefixes.length],
      ['MaxKeys', query.limit],
      query.delimiter === null ? null : ['Delimiter', write(query.delimiter)],
      ['IsTruncated', page.next !== null],
      encodingElement(input),
      ...page.objects.map(({ key, record }) => contents(write(key), record, owner)),
      ...prefixElements(page.prefixes, write),
    ],
  ])
}

/** ListObjects, the first version, which some clients still prefer. */
export function* listObjectsV1(context: ServiceContext, input: OperationInput): Task<S3Response> {
  yield* context.storage.buckets.require(input.bucket)
  const query = listQuery(input)
  const write = keyWriter(input)
  const marker = input.query.get('marker') ?? ''
  const page = yield* listObjects(context, query, marker === '' ? FROM_START : markerBound(marker, query))
  return xmlResponse([
    'ListBucketResult',
    [
      ['Name', input.bucket],
      ['Prefix', write(query.prefix)],
      ['Marker', write(marker)],
      page.next === null ? null : ['NextMarker', write(page.next.text)],
      ['MaxKeys', query.limit],
      query.delimiter === null ? null : ['Delimiter', write(query.delimiter)],
      ['IsTruncated', page.next !== null],
      encodingElement(input),
      ...page.objects.map(({ key, record }) => contents(write(key), record, input.auth.credential.accessKey)),
      ...prefixElements(page.prefixes, write),
    ],
  ])
}

function contents(key: string, record: ObjectRecord, owner: string | null): XmlElement {
  return [
    'Contents',
    [
      ['Key', key],
      ['LastModified', xmlInstant(record.lastModified)],
      ['ETag', `"${record.etag}"`],
      record.checksum === null ? null : ['ChecksumAlgorithm', record.checksum.algorithm],
      record.checksum === null ? null : ['ChecksumType', record.checksum.type],
      ['Size', record.sizeBytes],
      owner === null
        ? null
        : [
            'Owner',
            [
              ['ID', owner],
              ['DisplayName', owner],
            ],
          ],
      ['StorageClass', 'STANDARD'],
    ],
  ]
}
