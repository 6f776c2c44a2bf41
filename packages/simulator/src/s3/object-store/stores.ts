import {
  environment,
  OperatingError,
  type PortHandlers,
  provide,
  type Runtime,
  sleep,
  type Task,
  unwrap,
  utf8Encode,
} from '@dr-drill/runbook-core'
import { S3Error } from '../errors/index.ts'
import type { S3FaultRequest } from '../faults.ts'
import type { S3Service } from '../service.ts'
import { KEY_BYTES_MAX, type S3Operation } from '../wire/route.ts'
import { toOperatingErrorOfPort } from './port-errors.ts'

/** A store: a prefix of a bucket of a service, under a credential of that service. */
export interface StoreBinding {
  readonly service: S3Service
  readonly bucket: string
  /** Put before every key; usually ends in `/` or is empty. */
  readonly prefix: string
  readonly credentials: { readonly accessKey: string; readonly secretKey: string }
}

/** How the port is served. */
export interface ObjectStoreOptions {
  /** By the names that runbooks use: `source`, `archive`. */
  readonly stores: Readonly<Record<string, StoreBinding>>
  /** The target's files for downloads and uploads; default: the FileSystem of whoever calls. */
  readonly fileSystem?: PortHandlers
  /**
   * Where the service runs: with a runtime of its own it survives a crash of the caller's. It must pump when something becomes
   * ready (`onReady`). Default: on the caller's fiber.
   */
  readonly runtime?: Runtime
}

/** What a fault does to the answer of a call. */
export interface Struck {
  /** Bytes after which the body ends; null when nothing cuts it short. */
  readonly cutAt: number | null
  /** Keys that a listing leaves out. */
  readonly hidden: ReadonlySet<string> | null
}

/** One call of the port on its way through faults, rights and errors. */
export class StoreCalls {
  readonly #options: ObjectStoreOptions

  constructor(options: ObjectStoreOptions) {
    this.#options = options
  }

  /** @throws input-invalid for a name that no store has */
  binding(store: string): StoreBinding {
    const binding = Object.hasOwn(this.#options.stores, store) ? this.#options.stores[store] : undefined
    if (binding !== undefined) return binding
    throw new OperatingError('input-invalid', `no object store is named ${store}`, { subject: store })
  }

  /**
   * Opens a call: faults strike, the credential is checked and counted. Gives what a fault does to the answer. `prefix`: of a
   * listing.
   */
  *begin(
    binding: StoreBinding,
    operation: S3Operation,
    key: string,
    listing: Pick<S3FaultRequest, 'prefix' | 'delimiter'> = {},
  ): Task<Struck> {
    const { service, bucket, credentials } = binding
    const action = service.faults.decide({
      operation,
      bucket,
      key,
      accessKey: credentials.accessKey,
      ...listing,
    })
    if (action.kind === 'delay') yield* sleep(action.ms)
    if (action.kind === 'reset') {
      throw new OperatingError('store-unavailable', 'the connection was reset', { subject: key })
    }
    if (action.kind === 'respond') throw new S3Error(action.code)
    service.admit(credentials.accessKey, credentials.secretKey, operation)
    if (/\p{Surrogate}/u.test(key)) throw new S3Error('InvalidArgument', 'The key is no Unicode text.')
    if (utf8Encode(key).length > KEY_BYTES_MAX) throw new S3Error('KeyTooLongError')
    yield* this.inService(binding, () => service.context.storage.prepare())
    return {
      cutAt: action.kind === 'truncate-body' ? action.sizeBytes : null,
      hidden: action.kind === 'hide' ? new Set(action.keys) : null,
    }
  }

  /** Runs a part of the service, over the service's own files. */
  *inService<A>(binding: StoreBinding, task: () => Task<A>): Task<A> {
    const { runtime } = this.#options
    const { environment: files } = binding.service
    try {
      if (runtime === undefined) return yield* provide(files, task())
      return unwrap(yield* runtime.start(task(), files, 's3').done.wait())
    } catch (error) {
      // The store's own disk is none of the caller's: its failures are the store's.
      if (error instanceof OperatingError && error.code !== 'cancelled')
        throw binding.service.toS3Error(error)
      throw error
    }
  }

  /** Runs a part of the call over the target's files. */
  *onTarget<A>(task: () => Task<A>): Task<A> {
    const { fileSystem } = this.#options
    if (fileSystem === undefined) return yield* task()
    return yield* provide(environment({ FileSystem: fileSystem }), task())
  }

  /** Runs a call and tells the service's refusals as operating errors. */
  *told<A>(subject: string, onConflict: 'object-exists' | 'object-changed', call: () => Task<A>): Task<A> {
    try {
      return yield* call()
    } catch (error) {
      if (error instanceof S3Error) throw toOperatingErrorOfPort(error, subject, onConflict)
      throw error
    }
  }
}
