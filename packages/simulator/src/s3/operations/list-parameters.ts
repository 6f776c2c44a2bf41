import { utf8Decode, utf8Encode } from '@dr-drill/runbook-core'
import { base64Decode, base64Encode } from '../digests/base64.ts'
import { S3Error } from '../errors/index.ts'
import type { Bound } from '../storage/key-cursor.ts'
import { uriEncode } from '../wire/uri.ts'
import type { XmlElement } from '../wire/xml.ts'
import type { OperationInput } from './context.ts'
import type { ListQuery } from './listing.ts'

/** Entries of one page at most. */
const PAGE_MAX = 1000

/** What all listings have in common, read from a request. @throws InvalidArgument */
export function listQuery(input: OperationInput): ListQuery {
  return {
    bucket: input.bucket,
    prefix: input.query.get('prefix') ?? '',
    delimiter: input.query.get('delimiter') || null,
    limit: countParameter(input, 'max-keys'),
  }
}

/** A count parameter, at most 1000. @throws InvalidArgument */
export function countParameter(input: OperationInput, name: string): number {
  const text = input.query.get(name) ?? String(PAGE_MAX)
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text), PAGE_MAX)
  throw new S3Error('InvalidArgument', `Provided ${name} not an integer or within integer range`, {
    ArgumentName: name,
    ArgumentValue: text,
  })
}

/** How keys are written: with `encoding-type=url` percent-encoded, since XML cannot hold every character. @throws InvalidArgument */
export function keyWriter(input: OperationInput): (key: string) => string {
  const type = input.query.get('encoding-type')
  if (type === undefined || type === '') return (key) => key
  if (type === 'url') return (key) => uriEncode(key, true)
  throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified in Request', {
    ArgumentName: 'encoding-type',
    ArgumentValue: type,
  })
}

/** `EncodingType`, when keys are encoded. */
export function encodingElement(input: OperationInput): XmlElement | null {
  return input.query.get('encoding-type') === 'url' ? ['EncodingType', 'url'] : null
}

/** The elements of common prefixes. */
export function prefixElements(prefixes: readonly string[], write: (key: string) => string): XmlElement[] {
  return prefixes.map((prefix) => ['CommonPrefixes', [['Prefix', write(prefix)]]])
}

/** An opaque token that goes on at a bound. */
export function tokenOf(bound: Bound): string {
  return base64Encode(utf8Encode(`${bound.mode}:${bound.text}`))
}

/** The bound of a token. @throws InvalidArgument for a text that is none */
export function boundOf(token: string): Bound {
  const bytes = base64Decode(token)
  const match = bytes === null ? null : /^(at|after|after-prefix):(.*)$/s.exec(safeText(bytes))
  if (match === null) {
    throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect', {
      ArgumentName: 'continuation-token',
    })
  }
  return { mode: match[1] as Bound['mode'], text: match[2] as string }
}

function safeText(bytes: Uint8Array): string {
  try {
    return utf8Decode(bytes)
  } catch {
    return ''
  }
}
