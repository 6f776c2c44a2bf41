import {
  type DownloadedObject,
  type ObjectStoreContract,
  OperatingError,
  type PortHandler,
} from '@dr-drill/runbook-core'
import { type MemoryVersion, versionIdOf } from './memory-version.ts'
import type { BindingOf, MemoryStoreOptions } from './port-options.ts'
import { callOf, perform, refusal, type StoreCall, type Struck } from './store-calls.ts'

/** `get` and `download`. Like the AWS SDK they compare what arrived with what was recorded when the object was written. */
export function readingHandlers(
  { disk, actor, sha256Hex }: MemoryStoreOptions,
  bindingOf: BindingOf,
): Pick<PortHandler<ObjectStoreContract>, 'get' | 'download'> {
  return {
    get: ({ store, key, versionId, sizeBytesMax }) => {
      const binding = bindingOf(store)
      const call = callOf(binding, 'GetObject', binding.prefix + key, key)
      return perform(call, (struck) => {
        const version = opened(call, versionId ?? null)
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
      const call = callOf(binding, 'GetObject', binding.prefix + key, key)
      return perform(call, (struck): DownloadedObject => {
        const version = opened(call, versionId ?? null)
        if (ifMatch !== undefined && ifMatch !== version.etag) throw refusal(call, 'PreconditionFailed')
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
          // Computed from all the bytes, and few ask for it.
          get etag() {
            return version.etag
          },
          versionId: versionIdOf(version),
        }
      })
    },
  }
}

/** The version that a reader asked for, which is told that it is read. @throws object-missing, input-invalid */
function opened(call: StoreCall, versionId: string | null): MemoryVersion {
  const { key } = call
  const { bucket } = call.binding
  const version = versionId === null ? bucket.current(key) : versionOf(call, versionId)
  if (version === null) throw refusal(call, 'NoSuchKey')
  for (const listener of bucket.readListeners) listener(key)
  return version
}

function versionOf(call: StoreCall, versionId: string): MemoryVersion {
  if (!/^(null|[0-9a-f]{32})$/.test(versionId)) {
    throw refusal(call, 'InvalidArgument', 'Invalid version id specified')
  }
  const version = call.binding.bucket.versions(call.key).find((one) => one.versionId === versionId)
  if (version === undefined) throw refusal(call, 'NoSuchVersion')
  if (version.isDeleteMarker) throw refusal(call, 'MethodNotAllowed')
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
