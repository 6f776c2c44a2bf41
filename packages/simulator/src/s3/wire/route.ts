import { S3Error } from '../errors/index.ts'
import type { S3Request } from './request.ts'
import { parseQuery, uriDecode } from './uri.ts'

/** Operations of S3 that only read. */
export const READ_OPERATIONS = [
  'ListBuckets',
  'HeadBucket',
  'GetBucketLocation',
  'GetBucketVersioning',
  'ListObjects',
  'ListObjectsV2',
  'ListObjectVersions',
  'ListMultipartUploads',
  'ListParts',
  'GetObject',
  'HeadObject',
] as const

/** Operations of S3 that change something. */
export const WRITE_OPERATIONS = [
  'CreateBucket',
  'DeleteBucket',
  'PutBucketVersioning',
  'PutObject',
  'CopyObject',
  'DeleteObject',
  'DeleteObjects',
  'CreateMultipartUpload',
  'UploadPart',
  'UploadPartCopy',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
] as const

/** An operation that the service performs. */
export type S3Operation = (typeof READ_OPERATIONS)[number] | (typeof WRITE_OPERATIONS)[number]

/** What a request asks for. */
export interface Route {
  readonly operation: S3Operation
  /** Empty for ListBuckets. */
  readonly bucket: string
  /** Empty for operations on buckets. */
  readonly key: string
  readonly query: ReadonlyMap<string, string>
}

/** True when the operation changes something. */
export function isWrite(operation: S3Operation): boolean {
  return (WRITE_OPERATIONS as readonly string[]).includes(operation)
}

/** Longest key, bytes of UTF-8. */
export const KEY_BYTES_MAX = 1024

/** Parameters that name another resource than the object or bucket itself; taking them for it would damage data. */
const SUBRESOURCES = new Set(
  (
    'accelerate acl analytics annotation attributes cors encryption intelligent-tiering inventory legal-hold lifecycle ' +
    'logging metadataConfiguration metadataTable metrics notification object-lock ownershipControls partNumber policy ' +
    'policyStatus publicAccessBlock replication renameObject requestPayment restore retention select session tagging ' +
    'torrent website append'
  ).split(' '),
)

/** Which operation a request asks for. @throws NotImplemented, MethodNotAllowed, InvalidURI */
export function routeOf(request: S3Request): Route {
  const query = new Map(parseQuery(request.rawQuery))
  const [, rawBucket = '', rawKey = ''] = /^\/([^/]*)\/?(.*)$/s.exec(request.rawPath) ?? []
  const bucket = uriDecode(rawBucket)
  const key = uriDecode(rawKey)
  const has = (name: string) => query.has(name)
  const isPart = request.method === 'PUT' && has('partNumber') && has('uploadId')
  for (const name of query.keys()) {
    if (SUBRESOURCES.has(name) && !(isPart && name === 'partNumber')) {
      throw new S3Error('NotImplemented', undefined, { Parameter: name })
    }
  }
  const operation =
    bucket === ''
      ? serviceOperation(request.method)
      : key === ''
        ? bucketOperation(request.method, query)
        : objectOperation(request, query, isPart)
  if (operation === null) throw new S3Error('MethodNotAllowed', undefined, { Method: request.method })
  return { operation, bucket, key, query }
}

function serviceOperation(method: string): S3Operation | null {
  return method === 'GET' ? 'ListBuckets' : null
}

function bucketOperation(method: string, query: ReadonlyMap<string, string>): S3Operation | null {
  switch (method) {
    case 'GET':
      if (query.has('location')) return 'GetBucketLocation'
      if (query.has('versioning')) return 'GetBucketVersioning'
      if (query.has('versions')) return 'ListObjectVersions'
      if (query.has('uploads')) return 'ListMultipartUploads'
      return query.get('list-type') === '2' ? 'ListObjectsV2' : 'ListObjects'
    case 'HEAD':
      return 'HeadBucket'
    case 'PUT':
      return query.has('versioning') ? 'PutBucketVersioning' : 'CreateBucket'
    case 'POST':
      return query.has('delete') ? 'DeleteObjects' : null
    case 'DELETE':
      return 'DeleteBucket'
    default:
      return null
  }
}

function objectOperation(
  request: S3Request,
  query: ReadonlyMap<string, string>,
  isPart: boolean,
): S3Operation | null {
  switch (request.method) {
    case 'GET':
      return query.has('uploadId') ? 'ListParts' : 'GetObject'
    case 'HEAD':
      return 'HeadObject'
    case 'PUT':
      if (request.headers.has('x-amz-copy-source')) return isPart ? 'UploadPartCopy' : 'CopyObject'
      return isPart ? 'UploadPart' : 'PutObject'
    case 'POST':
      if (query.has('uploads')) return 'CreateMultipartUpload'
      return query.has('uploadId') ? 'CompleteMultipartUpload' : null
    case 'DELETE':
      return query.has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject'
    default:
      return null
  }
}
