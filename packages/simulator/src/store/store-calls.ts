import { OperatingError, sleep, type Task, utf8Encode } from '@dr-drill/runbook-core'
import { S3_ERRORS, S3Error, type S3ErrorCode, type S3FaultAction, type S3Operation } from '../s3/index.ts'
import { type Conflict, portError, toOperatingErrorOfPort } from '../s3/object-store/port-errors.ts'
import { KEY_BYTES_MAX } from '../s3/wire/route.ts'
import type { MemoryBucket } from './memory-bucket.ts'

/** A store: a prefix of a bucket under one of its credentials. */
export interface MemoryStoreBinding {
  readonly bucket: MemoryBucket
  /** Put before every key; usually ends in `/` or is empty. */
  readonly prefix: string
  readonly accessKey: string
}

/** One call of the port. */
export interface StoreCall {
  readonly binding: MemoryStoreBinding
  readonly operation: S3Operation
  /** With the store's prefix; empty for listings. */
  readonly key: string
  /** What errors name. */
  readonly subject: string
  /** What a failed precondition means to the caller. */
  readonly onConflict: Conflict
  /** Of a listing. */
  readonly prefix?: string
  readonly delimiter?: string
}

/** A call of the port; `key` has the store's prefix. */
export function callOf(
  binding: MemoryStoreBinding,
  operation: S3Operation,
  key: string,
  subject: string,
  onConflict: Conflict = 'object-changed',
): StoreCall {
  return { binding, operation, key, subject, onConflict }
}

/** What a fault does to the answer of a call. */
export interface Struck {
  /** Bytes after which the body ends; null when nothing cuts it short. */
  readonly cutAt: number | null
  /** Keys that a listing leaves out. */
  readonly hidden: ReadonlySet<string> | null
}

const UNHARMED: Struck = { cutAt: null, hidden: null }

/**
 * Lets a call pass faults, rights and limits, and serves it; refusals of S3 become operating errors. Answers at once, unless a fault
 * delays: then a task that needs the caller's Clock.
 */
export function perform<A>(call: StoreCall, serve: (struck: Struck) => A): A | Task<A> {
  const { bucket, accessKey } = call.binding
  const { operation, key, prefix, delimiter } = call
  const action = bucket.faults.decide({
    operation,
    bucket: bucket.name,
    key,
    accessKey,
    ...(prefix === undefined ? {} : { prefix, delimiter: delimiter ?? '' }),
  })
  return action.kind === 'delay' ? delayed(call, action, serve) : performNow(call, action, serve)
}

function* delayed<A>(
  call: StoreCall,
  action: Extract<S3FaultAction, { kind: 'delay' }>,
  serve: (struck: Struck) => A,
): Task<A> {
  yield* sleep(action.ms)
  return performNow(call, action, serve)
}

function performNow<A>(call: StoreCall, action: S3FaultAction, serve: (struck: Struck) => A): A {
  const { binding, subject } = call
  try {
    if (action.kind === 'reset') {
      throw new OperatingError('store-unavailable', 'the connection was reset', { subject })
    }
    if (action.kind === 'respond') throw refusal(call, action.code)
    const refused = binding.bucket.admit(binding.accessKey, call.operation)
    if (refused !== null) throw refusal(call, refused)
    checkKey(call)
    return serve(struckBy(action))
  } catch (error) {
    if (error instanceof S3Error) throw toOperatingErrorOfPort(error, subject, call.onConflict)
    throw error
  }
}

function struckBy(action: S3FaultAction): Struck {
  if (action.kind === 'truncate-body') return { cutAt: action.sizeBytes, hidden: null }
  if (action.kind === 'hide') return { cutAt: null, hidden: new Set(action.keys) }
  return UNHARMED
}

function checkKey(call: StoreCall): void {
  const { key } = call
  if (/\p{Surrogate}/u.test(key)) throw refusal(call, 'InvalidArgument', 'The key is no Unicode text.')
  // A UTF-16 code unit is at most three bytes: most keys need no encoding to be found short enough.
  if (key.length * 3 > KEY_BYTES_MAX && utf8Encode(key).length > KEY_BYTES_MAX) {
    throw refusal(call, 'KeyTooLongError')
  }
}

/** What a caller is told when S3 refuses its call: the error of the port at once, since drills meet thousands of them. */
export function refusal(
  { subject, onConflict }: StoreCall,
  code: S3ErrorCode,
  message: string = S3_ERRORS[code].message,
): OperatingError {
  return portError(code, message, subject, onConflict)
}
