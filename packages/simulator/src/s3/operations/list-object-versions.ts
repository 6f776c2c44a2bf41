import type { Task } from '@dr-drill/runbook-core'
import { S3Error } from '../errors/index.ts'
import type { ObjectRecord } from '../storage/records.ts'
import type { S3Response } from '../wire/response.ts'
import { type XmlElement, xmlInstant, xmlResponse } from '../wire/xml.ts'
import type { OperationInput, ServiceContext } from './context.ts'
import { encodingElement, keyWriter, listQuery, prefixElements } from './list-parameters.ts'
import { FROM_START, listVersions, markerBound } from './listing.ts'

/** ListObjectVersions. */
export function* listObjectVersions(context: ServiceContext, input: OperationInput): Task<S3Response> {
  yield* context.storage.buckets.require(input.bucket)
  const query = listQuery(input)
  const write = keyWriter(input)
  const keyMarker = input.query.get('key-marker') ?? ''
  const versionMarker = input.query.get('version-id-marker') || null
  if (versionMarker !== null && keyMarker === '') {
    throw new S3Error('InvalidArgument', 'A version-id marker cannot be specified without a key marker.')
  }
  const bound =
    keyMarker === ''
      ? FROM_START
      : versionMarker === null
        ? markerBound(keyMarker, query)
        : ({ text: keyMarker, mode: 'at' } as const)
  const page = yield* listVersions(context, query, { bound, afterVersionId: versionMarker })
  const owner = input.auth.credential.accessKey
  return xmlResponse([
    'ListVersionsResult',
    [
      ['Name', input.bucket],
      ['Prefix', write(query.prefix)],
      ['KeyMarker', write(keyMarker)],
      ['VersionIdMarker', versionMarker ?? ''],
      page.next === null ? null : ['NextKeyMarker', write(page.next.key)],
      page.next?.versionId == null ? null : ['NextVersionIdMarker', page.next.versionId],
      ['MaxKeys', query.limit],
      query.delimiter === null ? null : ['Delimiter', write(query.delimiter)],
      ['IsTruncated', page.next !== null],
      encodingElement(input),
      ...page.versions.map(({ key, record, isLatest }) =>
        versionElement(write(key), record, isLatest, owner),
      ),
      ...prefixElements(page.prefixes, write),
    ],
  ])
}

function versionElement(key: string, record: ObjectRecord, isLatest: boolean, owner: string): XmlElement {
  const common: XmlElement[] = [
    ['Key', key],
    ['VersionId', record.versionId],
    ['IsLatest', isLatest],
    ['LastModified', xmlInstant(record.lastModified)],
    [
      'Owner',
      [
        ['ID', owner],
        ['DisplayName', owner],
      ],
    ],
  ]
  if (record.deleteMarker) return ['DeleteMarker', common]
  return [
    'Version',
    [...common, ['ETag', `"${record.etag}"`], ['Size', record.sizeBytes], ['StorageClass', 'STANDARD']],
  ]
}
