import { hexEncode, utf8Encode } from '@dr-drill/runbook-core'
import type { S3Digests } from '../digests/index.ts'
import { uriEncode } from '../wire/uri.ts'

/** The only algorithm of Signature Version 4 that S3 knows for single regions. */
export const ALGORITHM = 'AWS4-HMAC-SHA256'

/** SHA-256 of no bytes. */
export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** For what a signature is made: day, region, service. */
export interface SigningScope {
  /** `YYYYMMDD` */
  readonly day: string
  readonly region: string
  readonly service: string
}

/** What a signature covers. */
export interface SignedParts {
  readonly method: string
  /** The path in SigV4's spelling (S3: each byte encoded once, slashes kept, nothing normalised). */
  readonly canonicalPath: string
  /** Decoded, without the signature itself. */
  readonly query: readonly (readonly [name: string, value: string])[]
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>
  /** Lower-case names, sorted. */
  readonly signedHeaders: readonly string[]
  /** Hex SHA-256 of the body, or one of S3's words for it. */
  readonly payloadHash: string
}

/** `20150830/us-east-1/s3/aws4_request` */
export const scopeText = (scope: SigningScope): string =>
  `${scope.day}/${scope.region}/${scope.service}/aws4_request`

/** The canonical request of SigV4. */
export function canonicalRequest(parts: SignedParts): string {
  const query = parts.query
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : x > y ? 1 : 0) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  const headers = parts.signedHeaders
    .map((name) => `${name}:${(parts.headers.get(name) ?? '').trim().replace(/ +/g, ' ')}\n`)
    .join('')
  return [
    parts.method,
    parts.canonicalPath,
    query,
    headers,
    parts.signedHeaders.join(';'),
    parts.payloadHash,
  ].join('\n')
}

/** What is signed for a request made at `timestamp` (`YYYYMMDDTHHMMSSZ`). */
export function stringToSign(
  digests: S3Digests,
  timestamp: string,
  scope: SigningScope,
  canonical: string,
): string {
  return [ALGORITHM, timestamp, scopeText(scope), digests.sha256Hex(utf8Encode(canonical))].join('\n')
}

/** The key that a secret yields for one scope. */
export function signingKey(digests: S3Digests, secretKey: string, scope: SigningScope): Uint8Array {
  let key: Uint8Array = utf8Encode(`AWS4${secretKey}`)
  for (const part of [scope.day, scope.region, scope.service, 'aws4_request']) {
    key = digests.hmacSha256(key, utf8Encode(part))
  }
  return key
}

/** Hex HMAC-SHA256 of a text. */
export function signatureOf(digests: S3Digests, key: Uint8Array, text: string): string {
  return hexEncode(digests.hmacSha256(key, utf8Encode(text)))
}

/** Compares without telling by its duration where two texts differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let index = 0; index < a.length; index += 1)
    difference |= a.charCodeAt(index) ^ b.charCodeAt(index % (b.length || 1))
  return difference === 0
}
