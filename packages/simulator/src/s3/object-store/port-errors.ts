import { type ErrorCode, OperatingError } from '@dr-drill/runbook-core'
import type { S3Error, S3ErrorCode } from '../errors/index.ts'

const CODES: Partial<Readonly<Record<S3ErrorCode, ErrorCode>>> = {
  NoSuchKey: 'object-missing',
  NoSuchVersion: 'object-missing',
  NoSuchBucket: 'object-missing',
  MethodNotAllowed: 'object-missing',
  InvalidArgument: 'input-invalid',
  KeyTooLongError: 'input-invalid',
  AccessDenied: 'store-denied',
  InvalidAccessKeyId: 'store-denied',
  SignatureDoesNotMatch: 'store-denied',
  ExpiredToken: 'store-denied',
  SlowDown: 'store-throttled',
  ServiceUnavailable: 'store-unavailable',
  InternalError: 'store-unavailable',
  RequestTimeout: 'store-unavailable',
  BadDigest: 'object-corrupt',
}

/** An answer of S3 as the ObjectStore port tells it; `onConflict` is what a failed precondition means to the caller. */
export function toOperatingErrorOfPort(
  error: S3Error,
  subject: string,
  onConflict: 'object-exists' | 'object-changed',
): OperatingError {
  const code = error.code === 'PreconditionFailed' ? onConflict : (CODES[error.code] ?? 'response-invalid')
  return new OperatingError(code, `${error.code}: ${error.message}`, { subject })
}
