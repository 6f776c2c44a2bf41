import { type ErrorCode, OperatingError } from '@dr-drill/runbook-core'
import type { S3Error, S3ErrorCode } from '../errors/index.ts'

const CODES: Partial<Readonly<Record<S3ErrorCode, ErrorCode>>> = {
  NoSuchKey: 'object-missing',
  NoSuchVersion: 'object-missing',
  NoSuchBucket: 'environment-lacking',
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

/** What a failed precondition means to a caller of the port. */
export type Conflict = 'object-exists' | 'object-changed'

/** An answer of S3 as the ObjectStore port tells it. */
export function toOperatingErrorOfPort(
  error: S3Error,
  subject: string,
  onConflict: Conflict,
): OperatingError {
  return portError(error.code, error.message, subject, onConflict)
}

/** The error of the port for an answer of S3 with this code. */
export function portError(
  code: S3ErrorCode,
  message: string,
  subject: string,
  onConflict: Conflict,
): OperatingError {
  const told = code === 'PreconditionFailed' ? onConflict : (CODES[code] ?? 'response-invalid')
  return new OperatingError(told, `${code}: ${message}`, { subject })
}
