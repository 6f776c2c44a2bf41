import { type Environment, OperatingError, provide, type Task, utf8Encode } from '@dr-drill/runbook-core'
import { authenticate } from './auth/authenticate.ts'
import type { S3Credential } from './auth/credentials.ts'
import { portableS3Digests, type S3Digests } from './digests/index.ts'
import { S3Error } from './errors/index.ts'
import { S3Faults } from './faults.ts'
import { makeBucket, setVersioning } from './operations/buckets.ts'
import { type PinnedFile, S3_LIMITS, type ServiceContext, type ServiceLimits } from './operations/context.ts'
import { OPERATIONS } from './operations/index.ts'
import { S3Statistics } from './statistics.ts'
import { Storage } from './storage/storage.ts'
import { errorResponse } from './wire/error-response.ts'
import { payloadOf } from './wire/payload.ts'
import type { S3Request } from './wire/request.ts'
import type { S3Response } from './wire/response.ts'
import { isWrite, KEY_BYTES_MAX, type Route, routeOf, type S3Operation } from './wire/route.ts'

/** What a service is made of. */
export interface S3ServiceOptions {
  /** Offers the FileSystem port, rooted at the data directory. One service per data directory. */
  readonly environment: Environment
  readonly credentials: readonly S3Credential[]
  /** History time, ms since 1970: becomes LastModified, in whole seconds. */
  readonly historyNowMs: () => number
  /** Wall clock, ms since 1970: signatures are judged by it. */
  readonly wallNowMs: () => number
  /** Default: portable. */
  readonly digests?: S3Digests
  /** Default: S3's own. */
  readonly limits?: Partial<ServiceLimits>
  /**
   * Takes hold of a file of bytes (an open descriptor) at the moment a reader finds it, so that it can be sent while the key is
   * written anew. Without it a reader holds the key's lock until it is done.
   */
  readonly pin?: (path: string) => PinnedFile
  /** Told of failures that are no answer of S3: full disks, damaged records, defects. The client sees InternalError. */
  readonly onFailure?: (failure: unknown) => void
}

/**
 * An S3 service over a FileSystem. It keeps nothing in memory but locks and counters: a new one over the same files continues
 * where an old one died. Fronts: `handle` for requests as they come over a wire, `objectStoreHandlers` for the port.
 */
export class S3Service {
  readonly environment: Environment
  readonly faults = new S3Faults()
  readonly statistics: S3Statistics
  /** For the fronts: what operations rest on. */
  readonly context: ServiceContext
  readonly #credentials: ReadonlyMap<string, S3Credential>
  readonly #wallNowMs: () => number
  readonly #onFailure: (failure: unknown) => void
  #requests = 0

  constructor(options: S3ServiceOptions) {
    const digests = options.digests ?? portableS3Digests
    this.environment = options.environment
    this.statistics = new S3Statistics(options.credentials.map(({ accessKey }) => accessKey))
    this.context = {
      storage: new Storage(digests),
      digests,
      historyNowMs: options.historyNowMs,
      limits: { ...S3_LIMITS, ...options.limits },
      pin: options.pin ?? null,
      hidden: null,
    }
    this.#credentials = new Map(options.credentials.map((credential) => [credential.accessKey, credential]))
    this.#wallNowMs = options.wallNowMs
    this.#onFailure = options.onFailure ?? (() => {})
  }

  /** Makes the frame of the data directory; every operation does it if need be. */
  prepare(): Task<void> {
    return provide(this.environment, this.context.storage.prepare())
  }

  /** Makes a bucket unless it is there; `versioning` sets whether versions are kept. */
  *ensureBucket(name: string, versioning: 'enabled' | 'suspended' | null = null): Task<void> {
    yield* this.prepare()
    yield* provide(this.environment, makeBucket(this.context, name))
    if (versioning !== null) yield* provide(this.environment, setVersioning(this.context, name, versioning))
  }

  /** The answer to a request; refusals and failures are answers too. A fault may hide keys from a listing. */
  *handle(request: S3Request, hidden: ReadonlySet<string> | null = null): Task<S3Response> {
    const requestId = this.nextRequestId()
    let response: S3Response
    try {
      response = yield* provide(this.environment, this.#perform(request, hidden))
    } catch (error) {
      response = errorResponse(this.toS3Error(error), request, requestId)
    }
    return { ...response, headers: { ...response.headers, 'x-amz-request-id': requestId } }
  }

  /** An id for the next answer. */
  nextRequestId(): string {
    this.#requests += 1
    return this.#requests.toString(16).toUpperCase().padStart(16, '0')
  }

  /**
   * Lets a credential in or not, and counts. Fronts without signatures call it with the secret they were given.
   * @throws InvalidAccessKeyId, SignatureDoesNotMatch, AccessDenied
   */
  admit(accessKey: string, secretKey: string, operation: S3Operation): void {
    const credential = this.#credentials.get(accessKey)
    if (credential?.secretKey !== secretKey) {
      this.statistics.countUnauthenticated()
      throw new S3Error(credential === undefined ? 'InvalidAccessKeyId' : 'SignatureDoesNotMatch')
    }
    this.#authorize(credential, operation)
  }

  /** Whatever was thrown, as an answer of S3; what is none of its own is told to `onFailure`. */
  toS3Error(error: unknown): S3Error {
    if (error instanceof S3Error) return error
    this.#onFailure(error)
    const what = error instanceof OperatingError ? ` (${error.code})` : ''
    return new S3Error('InternalError', `We encountered an internal error${what}. Please try again.`)
  }

  *#perform(request: S3Request, hidden: ReadonlySet<string> | null): Task<S3Response> {
    const route = routeOf(request)
    const auth = this.#authenticated(request)
    this.#authorize(auth.credential, route.operation)
    checkKey(route)
    yield* this.context.storage.prepare()
    const payload = payloadOf(request, auth, this.context.digests)
    const context = hidden === null ? this.context : { ...this.context, hidden }
    return yield* OPERATIONS[route.operation](context, { ...route, request, auth, payload })
  }

  #authenticated(request: S3Request) {
    const authority = {
      digests: this.context.digests,
      credentials: this.#credentials,
      wallNowMs: this.#wallNowMs,
    }
    try {
      return authenticate(authority, request)
    } catch (error) {
      this.statistics.countUnauthenticated()
      throw error
    }
  }

  #authorize(credential: S3Credential, operation: S3Operation): void {
    this.statistics.count(credential.accessKey, operation)
    if (credential.rights === 'read-write' || !isWrite(operation)) return
    this.statistics.countRefusedWrite(credential.accessKey)
    throw new S3Error('AccessDenied')
  }
}

function checkKey(route: Route): void {
  const sizeBytes = utf8Encode(route.key).length
  if (sizeBytes <= KEY_BYTES_MAX) return
  throw new S3Error('KeyTooLongError', undefined, {
    Size: String(sizeBytes),
    MaxSizeAllowed: String(KEY_BYTES_MAX),
  })
}
