import type { S3Digests } from '../digests/index.ts'
import { S3Error } from '../errors/index.ts'
import { parseHttpDate } from '../wire/http-date.ts'
import type { S3Request } from '../wire/request.ts'
import { parseQuery, uriDecode, uriEncode } from '../wire/uri.ts'
import { ChunkSignatures } from './chunk-signatures.ts'
import type { S3Credential } from './credentials.ts'
import { type PayloadMode, payloadMode } from './payload-mode.ts'
import {
  ALGORITHM,
  canonicalRequest,
  equalInConstantTime,
  type SigningScope,
  signatureOf,
  signingKey,
  stringToSign,
} from './sigv4.ts'

/** S3 refuses requests signed more than this away from its own clock. */
export const CLOCK_SKEW_MS_MAX = 15 * 60 * 1000

/** S3's longest life of a presigned URL, seconds. */
const PRESIGNED_SECONDS_MAX = 7 * 24 * 3600

/** Who asks, and how the body is to be read. */
export interface Authenticated {
  readonly credential: S3Credential
  readonly payload: PayloadMode
  /** For bodies whose chunks are signed; null for all others. */
  readonly chunkSignatures: ChunkSignatures | null
}

/** What authentication rests on. */
export interface Authority {
  readonly digests: S3Digests
  /** By access key. */
  readonly credentials: ReadonlyMap<string, S3Credential>
  /** The wall clock, ms since 1970: signatures are never judged by history time. */
  readonly wallNowMs: () => number
}

interface Claim {
  readonly accessKey: string
  readonly scope: SigningScope
  readonly signedHeaders: readonly string[]
  readonly signature: string
  readonly timestamp: string
  /** Null for a request signed in its header. */
  readonly expiresSeconds: number | null
  readonly payloadHash: string
}

/** Verifies the signature of a request. @throws S3Error AccessDenied and the other refusals of SigV4 */
export function authenticate(authority: Authority, request: S3Request): Authenticated {
  const query = parseQuery(request.rawQuery)
  const claim = claimOf(request, new Map(query))
  const credential = authority.credentials.get(claim.accessKey)
  if (credential === undefined) {
    throw new S3Error('InvalidAccessKeyId', undefined, { AWSAccessKeyId: claim.accessKey })
  }
  checkTime(claim, authority.wallNowMs())
  checkSignedHeaders(request, claim)
  const key = signingKey(authority.digests, credential.secretKey, claim.scope)
  const canonical = canonicalRequest({
    method: request.method,
    canonicalPath: uriEncode(uriDecode(request.rawPath), true),
    query: query.filter(([name]) => name !== 'X-Amz-Signature'),
    headers: request.headers,
    signedHeaders: claim.signedHeaders,
    payloadHash: claim.payloadHash,
  })
  const text = stringToSign(authority.digests, claim.timestamp, claim.scope, canonical)
  if (!equalInConstantTime(signatureOf(authority.digests, key, text), claim.signature)) {
    throw new S3Error('SignatureDoesNotMatch', undefined, { AWSAccessKeyId: claim.accessKey })
  }
  const payload = payloadMode(claim.payloadHash)
  const chain = () =>
    new ChunkSignatures(authority.digests, key, claim.timestamp, claim.scope, claim.signature)
  return {
    credential,
    payload,
    chunkSignatures: payload.kind === 'chunked' && payload.signed ? chain() : null,
  }
}

function claimOf(request: S3Request, query: ReadonlyMap<string, string>): Claim {
  const header = request.headers.get('authorization')
  if (header !== undefined) return headerClaim(request, header)
  if (query.has('X-Amz-Algorithm')) return queryClaim(request, query)
  throw new S3Error('AccessDenied')
}

function headerClaim(request: S3Request, header: string): Claim {
  if (!header.startsWith(`${ALGORITHM} `)) {
    throw new S3Error(
      'InvalidRequest',
      `The authorization mechanism you have provided is not supported. Please use ${ALGORITHM}.`,
    )
  }
  const fields = new Map(
    header
      .slice(ALGORITHM.length)
      .split(',')
      .map((part) => {
        const at = part.indexOf('=')
        return [part.slice(0, at).trim(), part.slice(at + 1).trim()] as const
      }),
  )
  const payloadHash = request.headers.get('x-amz-content-sha256')
  if (payloadHash === undefined) {
    throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256')
  }
  const fault = (what: string) =>
    new S3Error('AuthorizationHeaderMalformed', `The authorization header is malformed; ${what}.`)
  return {
    ...credentialScope(fields.get('Credential'), fault),
    ...signatureFields(fields.get('SignedHeaders'), fields.get('Signature'), fault),
    timestamp: request.headers.get('x-amz-date') ?? timestampOf(request.headers.get('date')),
    expiresSeconds: null,
    payloadHash,
  }
}

function queryClaim(request: S3Request, query: ReadonlyMap<string, string>): Claim {
  const fault = (what: string) =>
    new S3Error('AuthorizationQueryParametersError', `Error parsing the query parameters; ${what}.`)
  if (query.get('X-Amz-Algorithm') !== ALGORITHM) throw fault(`X-Amz-Algorithm must be ${ALGORITHM}`)
  const expires = query.get('X-Amz-Expires') ?? ''
  if (!/^\d{1,7}$/.test(expires) || Number(expires) > PRESIGNED_SECONDS_MAX) {
    throw fault(`X-Amz-Expires must be a number of at most ${PRESIGNED_SECONDS_MAX} seconds`)
  }
  return {
    ...credentialScope(query.get('X-Amz-Credential'), fault),
    ...signatureFields(query.get('X-Amz-SignedHeaders'), query.get('X-Amz-Signature'), fault),
    timestamp: query.get('X-Amz-Date') ?? '',
    expiresSeconds: Number(expires),
    payloadHash:
      request.headers.get('x-amz-content-sha256') ?? query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
  }
}

type Fault = (what: string) => S3Error

function credentialScope(text: string | undefined, fault: Fault): { accessKey: string; scope: SigningScope } {
  const match = /^(.+)\/(\d{8})\/([^/]*)\/([^/]*)\/aws4_request$/.exec(text ?? '')
  if (match === null) throw fault('the Credential is not <access key>/<day>/<region>/<service>/aws4_request')
  const [, accessKey, day, region, service] = match as unknown as [string, string, string, string, string]
  if (service !== 's3') throw fault(`incorrect service "${service}". This endpoint belongs to "s3"`)
  return { accessKey, scope: { day, region, service } }
}

function signatureFields(
  signedHeaders: string | undefined,
  signature: string | undefined,
  fault: Fault,
): { signedHeaders: string[]; signature: string } {
  if (!/^[0-9a-f]{64}$/.test(signature ?? '')) throw fault('the Signature is not 64 hexadecimal digits')
  const names = (signedHeaders ?? '').split(';')
  if (!names.includes('host')) throw fault('SignedHeaders lacks host')
  return { signedHeaders: names, signature: signature as string }
}

function timestampOf(date: string | undefined): string {
  const at = parseHttpDate(date)
  return at === null ? '' : new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')
}

/** Milliseconds of `YYYYMMDDTHHMMSSZ`; NaN for anything else. */
function instantOf(timestamp: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp)
  if (match === null) return Number.NaN
  const [, year, month, day, hour, minute, second] = match
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

function checkTime(claim: Claim, nowMs: number): void {
  const signedAt = instantOf(claim.timestamp)
  if (Number.isNaN(signedAt) || !claim.timestamp.startsWith(claim.scope.day)) {
    throw new S3Error('AccessDenied', 'AWS authentication requires a valid Date or x-amz-date header')
  }
  if (claim.expiresSeconds !== null) {
    if (nowMs > signedAt + claim.expiresSeconds * 1000)
      throw new S3Error('AccessDenied', 'Request has expired')
    if (signedAt > nowMs + CLOCK_SKEW_MS_MAX) throw new S3Error('AccessDenied', 'Request is not valid yet')
  } else if (Math.abs(nowMs - signedAt) > CLOCK_SKEW_MS_MAX) {
    throw new S3Error('RequestTimeTooSkewed', undefined, {
      RequestTime: claim.timestamp,
      ServerTime: new Date(nowMs).toISOString(),
      MaxAllowedSkewMilliseconds: String(CLOCK_SKEW_MS_MAX),
    })
  }
}

/** What steers the service must be signed, else a stranger on the way could add it. */
function checkSignedHeaders(request: S3Request, claim: Claim): void {
  for (const name of request.headers.keys()) {
    if (!name.startsWith('x-amz-') || claim.signedHeaders.includes(name)) continue
    throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed', {
      HeadersNotSigned: name,
    })
  }
}
