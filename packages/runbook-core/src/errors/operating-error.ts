import { ERRORS, type ErrorCode } from './registry.ts'

/** What a thrower knows beyond the registry. */
export interface ErrorDetails {
  /** What it is about: a path, a key, a step, an endpoint's name. Never a secret. */
  readonly subject?: string
  readonly cause?: unknown
  readonly hint?: string
  readonly retryable?: boolean
}

/** Where an error arose: the JS stack shows only the driver, so the fiber and effect index are what locates it. */
export interface ErrorOrigin {
  readonly fiber: string
  readonly effect: number
}

/** The JSON form of an operating error, as it stands in journals and reports. */
export interface ErrorRecord {
  readonly code: ErrorCode
  readonly message: string
  readonly subject: string | null
  readonly hint: string
  readonly retryable: boolean
  readonly cause: ErrorRecord | string | null
  readonly origin: ErrorOrigin | null
}

/**
 * A failure that a healthy program meets in operation: bad input, a dead disk, a refused request. Programmer errors go
 * through `invariant`, never this. Thrown by ports into generators; actions may catch it; the engine journals it.
 */
export class OperatingError extends Error {
  override readonly name = 'OperatingError'
  readonly code: ErrorCode
  readonly subject: string | null
  readonly hint: string
  readonly retryable: boolean
  /** Set once, by the driver, where the failing effect was performed. */
  origin: ErrorOrigin | null = null

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.subject = details.subject ?? null
    this.hint = details.hint ?? ERRORS[code].hint
    this.retryable = details.retryable ?? ERRORS[code].retryable
  }

  /** Exit code of a run whose first cause this is. */
  get exitCode(): number {
    return ERRORS[this.code].exitCode
  }

  /** The JSON form for journal and report. */
  toRecord(): ErrorRecord {
    return {
      code: this.code,
      message: this.message,
      subject: this.subject,
      hint: this.hint,
      retryable: this.retryable,
      cause: causeRecord(this.cause),
      origin: this.origin,
    }
  }
}

function causeRecord(cause: unknown): ErrorRecord | string | null {
  if (cause === undefined || cause === null) return null
  if (cause instanceof OperatingError) return cause.toRecord()
  return cause instanceof Error ? cause.message : String(cause)
}

/** An operating error from its journalled form; causes become messages. */
export function errorFromRecord(record: ErrorRecord): OperatingError {
  const error = new OperatingError(record.code, record.message, {
    ...(record.subject === null ? {} : { subject: record.subject }),
    ...(record.cause === null
      ? {}
      : { cause: typeof record.cause === 'string' ? record.cause : errorFromRecord(record.cause) }),
    hint: record.hint,
    retryable: record.retryable,
  })
  error.origin = record.origin
  return error
}

/** Whatever was thrown, as an operating error: foreign throws are defects and become `internal`. */
export function toOperatingError(thrown: unknown): OperatingError {
  if (thrown instanceof OperatingError) return thrown
  const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  return new OperatingError('internal', message, { cause: thrown })
}
