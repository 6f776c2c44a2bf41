import {
  type ObjectHead,
  type ObjectStoreContract,
  OperatingError,
  type PortHandler,
} from '@dr-drill/runbook-core'
import { listPage, pageQuery, versionsPage } from './listing.ts'
import { type MemoryVersion, versionIdOf } from './memory-version.ts'
import type { BindingOf, MemoryStoreOptions } from './port-options.ts'
import { readingHandlers } from './reading.ts'
import { callOf, type MemoryStoreBinding, perform } from './store-calls.ts'
import { writingHandlers } from './writing.ts'

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

function headOf(version: MemoryVersion): ObjectHead {
  return {
    sizeBytes: version.written.length,
    etag: version.etag,
    versionId: versionIdOf(version),
    lastModifiedAt: version.lastModifiedAt,
  }
}
