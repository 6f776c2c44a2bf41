import type { S3Client } from '@aws-sdk/client-s3'
import {
  type CallContext,
  type FileSystemContract,
  invariant,
  type ObjectStoreContract,
  OperatingError,
  type PortHandler,
} from '@dr-drill/runbook-core'
import { type ClientLimits, s3Client } from './client.ts'
import { downloadObject } from './download.ts'
import { listObjects, listVersions } from './listings.ts'
import type { StoreLocation } from './location.ts'
import { noRequests, type RequestCounts } from './request-counts.ts'
import { getObject } from './small-object.ts'
import { type StoreRequest, storeError } from './store-error.ts'
import { ObjectGets } from './transfer/index.ts'
import { putBytes, uploadFile } from './uploads.ts'

/** The stores that a run knows and where downloads go. */
export interface ObjectStoresOptions {
  /** By the name that inputs use: `source`, `archive`. */
  readonly locations: Readonly<Record<string, StoreLocation>>
  /** The target's files: downloads are written and uploads read through it. */
  readonly files: PortHandler<FileSystemContract>
  /** Environment of the process, for credentials. */
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly limits?: ClientLimits
}

/** ObjectStore over S3 and what it has asked so far. */
export interface ObjectStores {
  readonly handlers: PortHandler<ObjectStoreContract>
  /** Requests that one store has seen from this process. */
  requests(store: string): Readonly<RequestCounts>
  /** Closes connections kept for reuse. */
  close(): void
}

const LIMITS: ClientLimits = { connectMs: 3_000, idleMs: 10_000 }

interface OpenStore {
  readonly location: StoreLocation
  /** Everything but the bytes of objects. */
  readonly client: S3Client
  readonly gets: ObjectGets
}

type Use<A> = (store: OpenStore, signal: AbortSignal) => Promise<A>

/** The ObjectStore port against real endpoints. */
export function objectStores(options: ObjectStoresOptions): ObjectStores {
  const counts = new Map<string, RequestCounts>()
  const opened = new Map<string, Promise<OpenStore>>()
  const countsOf = (store: string): RequestCounts => {
    const known = counts.get(store) ?? noRequests()
    counts.set(store, known)
    return known
  }
  const made = async (store: string, location: StoreLocation): Promise<OpenStore> => {
    const limits = options.limits ?? LIMITS
    const client = await s3Client(location, options.variables, limits, countsOf(store))
    return { location, client, gets: new ObjectGets(client, location, limits, countsOf(store)) }
  }
  const open = (store: string): Promise<OpenStore> => {
    const location = options.locations[store]
    invariant(location, `no store named ${store} on this target`)
    const known = opened.get(store) ?? made(store, location)
    opened.set(store, known)
    return known
  }
  const ask = async <A>(context: CallContext, request: StoreRequest, use: Use<A>): Promise<A> => {
    const abort = new AbortController()
    context.onCancel(() => abort.abort())
    try {
      return await use(await open(request.store), abort.signal)
    } catch (thrown) {
      if (abort.signal.aborted) throw new OperatingError('cancelled', `${request.key} was given up`)
      throw storeError(thrown, request)
    }
  }
  return {
    handlers: handlers(ask, options.files),
    requests: (store) => ({ ...countsOf(store) }),
    close() {
      for (const store of opened.values()) {
        const close = ({ client, gets }: OpenStore): void => {
          client.destroy()
          gets.close()
        }
        store.then(close).catch(() => {})
      }
    },
  }
}

type Ask = <A>(context: CallContext, request: StoreRequest, use: Use<A>) => Promise<A>

const reading = (store: string, key: string): StoreRequest => ({
  store,
  key,
  conditionFailed: 'object-changed',
})
const writing = (store: string, key: string): StoreRequest => ({
  store,
  key,
  conditionFailed: 'object-exists',
})

function handlers(ask: Ask, files: PortHandler<FileSystemContract>): PortHandler<ObjectStoreContract> {
  return {
    list: (input, context) =>
      ask(context, reading(input.store, input.prefix), ({ client, location }, signal) =>
        listObjects(client, location, input, signal),
      ),
    versions: (input, context) =>
      ask(context, reading(input.store, input.prefix), ({ client, location }, signal) =>
        listVersions(client, location, input, signal),
      ),
    head: (input, context) => ask(context, reading(input.store, input.key), head(input)),
    get: (input, context) =>
      ask(context, reading(input.store, input.key), ({ gets }, signal) => getObject(gets, input, signal)),
    download: (input, context) =>
      ask(context, reading(input.store, input.key), ({ gets }, signal) =>
        downloadObject(gets, files, input, signal),
      ),
    put: (input, context) =>
      ask(context, writing(input.store, input.key), ({ client, location }, signal) =>
        putBytes(client, location, input, signal),
      ),
    upload: (input, context) =>
      ask(context, writing(input.store, input.key), ({ client, location }, signal) =>
        uploadFile(client, location, files, input, signal),
      ),
  }
}

function head(
  input: Parameters<ObjectStoreContract['head']>[0],
): Use<ReturnType<ObjectStoreContract['head']>> {
  return async ({ client, location }, abortSignal) => {
    const { HeadObjectCommand } = await import('@aws-sdk/client-s3')
    const command = new HeadObjectCommand({ Bucket: location.bucket, Key: location.prefix + input.key })
    try {
      const found = await client.send(command, { abortSignal })
      return {
        sizeBytes: found.ContentLength ?? 0,
        etag: found.ETag ?? '',
        versionId: found.VersionId ?? null,
        lastModifiedAt: found.LastModified?.getTime() ?? 0,
      }
    } catch (thrown) {
      const error = storeError(thrown, reading(input.store, input.key))
      if (error.code === 'object-missing') return null
      throw error
    }
  }
}
