import { type ErrorCode, OperatingError } from '@dr-drill/runbook-core'

/** What the failing request was about. */
export interface StoreRequest {
  readonly store: string
  readonly key: string
  /** What a failed condition (412) means for this request. */
  readonly conditionFailed: 'object-changed' | 'object-exists'
}

interface Thrown {
  readonly name?: unknown
  readonly message?: unknown
  readonly code?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number }
}

const BY_NAME: Readonly<Record<string, ErrorCode>> = {
  NoSuchKey: 'object-missing',
  NotFound: 'object-missing',
  NoSuchVersion: 'object-missing',
  // A delete marker, asked for by its version.
  MethodNotAllowed: 'object-missing',
  NoSuchBucket: 'environment-lacking',
  SlowDown: 'store-throttled',
  TooManyRequests: 'store-throttled',
  ThrottlingException: 'store-throttled',
  RequestTimeTooSkewed: 'store-denied',
  ExpiredToken: 'store-denied',
  InvalidToken: 'store-denied',
  BadDigest: 'object-corrupt',
  InvalidDigest: 'object-corrupt',
  XAmzContentSHA256Mismatch: 'object-corrupt',
  XAmzContentChecksumMismatch: 'object-corrupt',
  ConditionalRequestConflict: 'store-throttled',
  InvalidObjectState: 'object-missing',
  AuthorizationHeaderMalformed: 'environment-lacking',
}

/** The code for an S3 error name and HTTP status. */
export function storeErrorCode(name: string, status: number | null, request: StoreRequest): ErrorCode {
  const named = BY_NAME[name]
  if (named !== undefined) return named
  // S3 sends a request for another region's bucket elsewhere; following it would drill a store that nobody named.
  if (status !== null && status >= 300 && status < 400) return 'environment-lacking'
  if (status === 412) return request.conditionFailed
  if (status === 404 || status === 410) return 'object-missing'
  if (status === 401 || status === 403) return 'store-denied'
  if (status === 429) return 'store-throttled'
  if (status !== null && status >= 400 && status < 500) return 'response-invalid'
  return 'store-unavailable'
}

const ELSEWHERE = "Check the bucket's name, the endpoint and the region that were given for this store."

/** A store's own words are hostile, too: more of them enters no journal. */
const MESSAGE_LENGTH_MAX = 500

/** Whatever the SDK or a socket threw, as an operating error. Nothing of a request's headers or signature enters it. */
export function storeError(thrown: unknown, request: StoreRequest): OperatingError {
  if (thrown instanceof OperatingError) return thrown
  const { name, message, code, $metadata } = (thrown ?? {}) as Thrown
  const said = typeof name === 'string' ? name.slice(0, 100) : 'unknown error'
  const text = typeof message === 'string' ? message.slice(0, MESSAGE_LENGTH_MAX) : ''
  // The SDK tells a wrong checksum of a download by message only.
  const corrupt = text.startsWith('Checksum mismatch')
  const operating = corrupt
    ? 'object-corrupt'
    : storeErrorCode(said, $metadata?.httpStatusCode ?? null, request)
  const detail = typeof code === 'string' ? code : said
  return new OperatingError(operating, `${request.store}: ${request.key}: ${detail}${text && ` (${text})`}`, {
    subject: `${request.store}:${request.key}`,
    ...(operating === 'environment-lacking' ? { hint: ELSEWHERE } : {}),
  })
}
