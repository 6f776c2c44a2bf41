import { utf8Encode } from '@dr-drill/runbook-core'
import { S3Error } from '../errors/index.ts'
import { type ObjectAttributes, PLAIN_ATTRIBUTES } from '../storage/records.ts'

type Headers = ReadonlyMap<string, string>

/** Standard headers that an object keeps beside its content type. */
const KEPT = ['cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires']
const METADATA_PREFIX = 'x-amz-meta-'
const METADATA_BYTES_MAX = 2048

/** Request headers that ask for what this service does not do; to take the bytes and drop the wish would be a lie. */
const UNSUPPORTED = [
  /^x-amz-server-side-encryption/,
  /^x-amz-object-lock-/,
  /^x-amz-tagging$/,
  /^x-amz-website-/,
  /^x-amz-grant-/,
  /^x-amz-write-offset-bytes$/,
]

/** What the headers of a write say about the object. @throws MetadataTooLarge, NotImplemented */
export function attributesOf(headers: Headers): ObjectAttributes {
  const metadata: Record<string, string> = {}
  let metadataBytes = 0
  for (const [name, value] of headers) {
    if (UNSUPPORTED.some((pattern) => pattern.test(name))) {
      throw new S3Error('NotImplemented', undefined, { Header: name })
    }
    if (!name.startsWith(METADATA_PREFIX)) continue
    const key = name.slice(METADATA_PREFIX.length)
    metadataBytes += key.length + utf8Encode(value).length
    // Own property whatever the name: a client may choose `__proto__`.
    Object.defineProperty(metadata, key, { value, enumerable: true, configurable: true, writable: true })
  }
  if (metadataBytes > METADATA_BYTES_MAX) throw new S3Error('MetadataTooLarge')
  const kept: Record<string, string> = {}
  for (const name of KEPT) {
    const value = name === 'content-encoding' ? withoutFraming(headers.get(name)) : headers.get(name)
    if (value !== undefined) kept[name] = value
  }
  return {
    contentType: headers.get('content-type') ?? PLAIN_ATTRIBUTES.contentType,
    headers: kept,
    metadata,
  }
}

/** `aws-chunked` describes the way, not the object. */
function withoutFraming(encoding: string | undefined): string | undefined {
  const rest = (encoding ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'aws-chunked')
  return rest.length === 0 ? undefined : rest.join(',')
}

/** The headers that give attributes back. */
export function attributeHeaders(attributes: ObjectAttributes): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': attributes.contentType, ...attributes.headers }
  for (const [name, value] of Object.entries(attributes.metadata)) headers[METADATA_PREFIX + name] = value
  return headers
}
