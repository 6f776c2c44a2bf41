import {
  type DownloadedObject,
  type ObjectHead,
  type ObjectStoreContract,
  OperatingError,
  type PortHandler,
} from '@dr-drill/runbook-core'
import type { Actor, SimulatedDisk } from '../disk/index.ts'
import { S3Error } from '../s3/index.ts'
import { listPage, pageQuery, versionsPage } from './listing.ts'
import type { MemoryBucket } from './memory-bucket.ts'
import type { MemoryVersion } from './memory-version.ts'
import { type MemoryStoreBinding, perform, type StoreCall, type Struck } from './store-calls.ts'

/** How the port is served. */
export interface MemoryStoreOptions {
  /** By the names that runbooks use: `source`, `archive`. */
  readonly stores: Readonly<Record<string, MemoryStoreBinding>>
  /** Where downloads go and uploads come from, with the rights of this account. */
  readonly disk: SimulatedDisk
  readonly actor: Actor
  /** Lower-case hex; whoever remembers digests by blob sees every blob here as it was put. */
  readonly sha256Hex: (bytes: Uint8Array) => string
}

/**
 * The port ObjectStore over buckets in memory. Blobs pass from store to disk and back without being copied, so that one that was
 * downloaded is the very array that was put; every answer but a delayed one is there at once.
 */
export function memoryObjectStore(options: MemoryStoreOptions): PortHandler<ObjectStoreContract> {
  const bindingOf = (store: string): MemoryStoreBinding => {
    const binding = Object.hasOwn(options.stores, store) ? options.stores[store] : undefined
    if (binding !== undefined) return binding
    throw new OperatingError('input-invalid', `no object store is named ${store}`, { subject: store })
  }
  return {
    ...listingHandlers(bindingOf),
    ...readingHandlers(options, bindingOf),
    ...writingHandlers(options, bindingOf),
  }
}

type BindingOf = (store: string) => MemoryStoreBinding

function listingHandlers(
  bindingOf: BindingOf,
): Pick<PortHandler<ObjectStoreContract>, 'list' | 'head' | 'versions'> {
  return {
    list: (input) => {
      const binding = bindingOf(input.store)
      const { bucket, prefix: root } = binding
      const prefix = root + input.prefix
      const listing = { prefix, delimiter: input.delimiter ?? '' }
      return perform({ ...callOf(binding, 'ListObjectsV2', '', input.prefix), ...listing }, ({ hidden }) => {
        for (const listener of bucket.listListeners) listener(prefix)
        return listPage(bucket, pageQuery(root, input, hidden))
      })
    },
    head: ({ store, key }) => {
      const binding = bindingOf(store)
      return perform(callOf(binding, 'HeadObject', binding.prefix + key, key), (): ObjectHead | null => {
        const found = binding.bucket.current(binding.prefix + key)
        return found && headOf(found)
      })
    },
    versions: ({ store, prefix, cursor }) => {
      const binding = bindingOf(store)
      return perform(callOf(binding, 'ListObjectVersions', '', prefix), () =>
        versionsPage(binding.bucket, binding.prefix, prefix, cursor),
      )
    },
  }
}

function callOf(
  binding: MemoryStoreBinding,
  operation: StoreCall['operation'],
  key: string,
  subject: string,
  onConflict: StoreCall['onConflict'] = 'object-changed',
): StoreCall {
  return { binding, operation, key, subject, onConflict }
}

function readingHandlers(
  { disk, actor, sha256Hex }: MemoryStoreOptions,
  bindingOf: BindingOf,
): Pick<PortHandler<ObjectStoreContract>, 'get' | 'download'> {
  return {
    get: ({ store, key, versionId, sizeBytesMax }) => {
      const binding = bindingOf(store)
      return perform(callOf(binding, 'GetObject', binding.prefix + key, key), (struck) => {
        const version = opened(binding, key, versionId ?? null)
        if (version.bytes.length > sizeBytesMax) {
          const message = `${key} has ${version.bytes.length} bytes, more than ${sizeBytesMax}`
          throw new OperatingError('input-too-large', message, { subject: key })
        }
        checkArrival(version, arriving(version, struck))
        return { bytes: version.bytes, etag: version.etag, versionId: versionIdOf(version) }
      })
    },
    download: ({ store, key, versionId, ifMatch, path, mode, sizeBytesMax }) => {
      const binding = bindingOf(store)
      return perform(callOf(binding, 'GetObject', binding.prefix + key, key), (struck): DownloadedObject => {
        const version = opened(binding, key, versionId ?? null)
        if (ifMatch !== undefined && ifMatch !== version.etag) throw new S3Error('PreconditionFailed')
        if (sizeBytesMax !== undefined && version.bytes.length > sizeBytesMax) {
          const message = `${key} has more than the ${sizeBytesMax} bytes that were expected`
          throw new OperatingError('object-corrupt', message, { subject: key })
        }
        const blob = arriving(version, struck)
        disk.writeBlob(actor, { path, mode, blob })
        checkArrival(version, blob)
        return {
          sizeBytes: blob.length,
          sha256: sha256Hex(blob),
          etag: version.etag,
          versionId: versionIdOf(version),
        }
      })
    },
  }
}

function writingHandlers(
  { disk, actor, sha256Hex }: MemoryStoreOptions,
  bindingOf: BindingOf,
): Pick<PortHandler<ObjectStoreContract>, 'put' | 'upload'> {
  return {
    put: ({ store, key, bytes, ifAbsent }) => {
      const binding = bindingOf(store)
      const call = callOf(binding, 'PutObject', binding.prefix + key, key, 'object-exists')
      // The caller may use its buffer again.
      return perform(call, () => stored(call, bytes.slice(), ifAbsent))
    },
    upload: ({ store, key, path, ifAbsent, sha256 }) => {
      const binding = bindingOf(store)
      const call = callOf(binding, 'PutObject', binding.prefix + key, key, 'object-exists')
      if (!/^[0-9a-f]{64}$/.test(sha256)) {
        throw new OperatingError('input-invalid', 'sha256 is not 64 lower-case hex digits', { subject: key })
      }
      return perform(call, () => {
        const blob = disk.readBlob(actor, path)
        if (sha256Hex(blob) !== sha256) throw new S3Error('BadDigest')
        return stored(call, blob, ifAbsent)
      })
    },
  }
}

function stored(
  { binding, key }: StoreCall,
  bytes: Uint8Array,
  ifAbsent: boolean,
): { readonly etag: string } {
  const { bucket } = binding
  if (key === '') throw new S3Error('InvalidArgument', 'A key has at least one byte.')
  if (ifAbsent && bucket.held(key) !== null) throw new S3Error('PreconditionFailed')
  return { etag: bucket.put(key, bytes).etag }
}

/** The version that a reader asked for, which is told that it is read. @throws S3Error NoSuchKey, NoSuchVersion, MethodNotAllowed */
function opened(
  { bucket, prefix }: MemoryStoreBinding,
  relativeKey: string,
  versionId: string | null,
): MemoryVersion {
  const key = prefix + relativeKey
  const version = versionId === null ? bucket.current(key) : versionOf(bucket, key, versionId)
  if (version === null) throw new S3Error('NoSuchKey')
  for (const listener of bucket.readListeners) listener(key)
  return version
}

function versionOf(bucket: MemoryBucket, key: string, versionId: string): MemoryVersion {
  if (!/^(null|[0-9a-f]{32})$/.test(versionId)) {
    throw new S3Error('InvalidArgument', 'Invalid version id specified')
  }
  const version = bucket.versions(key).find((one) => one.versionId === versionId)
  if (version === undefined) throw new S3Error('NoSuchVersion')
  if (version.isDeleteMarker) throw new S3Error('MethodNotAllowed')
  return version
}

/** What of a version's bytes comes through. */
function arriving({ bytes }: MemoryVersion, { cutAt }: Struck): Uint8Array {
  return cutAt === null || cutAt >= bytes.length ? bytes : bytes.subarray(0, cutAt)
}

/** As the AWS SDK does at the end of a body. @throws store-unavailable when cut short, object-corrupt */
function checkArrival(version: MemoryVersion, arrived: Uint8Array): void {
  const { key, bytes } = version
  if (arrived.length < bytes.length) {
    const message = `the transfer ended after ${arrived.length} of ${bytes.length} bytes`
    throw new OperatingError('store-unavailable', message, { subject: key })
  }
  if (version.isIntact) return
  throw new OperatingError('object-corrupt', 'the bytes do not have the recorded checksum', { subject: key })
}

function headOf(version: MemoryVersion): ObjectHead {
  return {
    sizeBytes: version.written.length,
    etag: version.etag,
    versionId: versionIdOf(version),
    lastModifiedAt: version.lastModifiedAt,
  }
}

/** Null where no versions are kept. */
function versionIdOf({ versionId }: MemoryVersion): string | null {
  return versionId === 'null' ? null : versionId
}
