import type {
  ObjectListing,
  ObjectStoreContract,
  ObjectVersion,
  PortHandler,
  Task,
} from '@dr-drill/runbook-core'
import { S3Error } from '../errors/index.ts'
import { boundOf, tokenOf } from '../operations/list-parameters.ts'
import { FROM_START, listObjects, listVersions } from '../operations/listing.ts'
import { findReadable } from '../operations/open-object.ts'
import type { ObjectRecord } from '../storage/records.ts'
import { keyLock } from '../storage/storage.ts'
import { readingHandlers } from './reading.ts'
import { type ObjectStoreOptions, type StoreBinding, StoreCalls } from './stores.ts'
import { writingHandlers } from './writing.ts'

const PAGE_MAX = 1000

/**
 * The ObjectStore port served by embedded services in process: the same storage, rights, counters and fault rules as over HTTP,
 * without sockets, signatures and XML. Works under both drivers. A fault that delays needs the caller's Clock.
 */
export function objectStoreHandlers(options: ObjectStoreOptions): PortHandler<ObjectStoreContract> {
  const calls = new StoreCalls(options)
  return {
    list: ({ store, ...query }) => {
      const binding = calls.binding(store)
      return calls.told(query.prefix, 'object-changed', () => list(calls, binding, query))
    },
    head: ({ store, key }) => {
      const binding = calls.binding(store)
      return calls.told(key, 'object-changed', () => head(calls, binding, key))
    },
    versions: ({ store, prefix, cursor }) => {
      const binding = calls.binding(store)
      return calls.told(prefix, 'object-changed', () => versions(calls, binding, prefix, cursor))
    },
    ...readingHandlers(calls),
    ...writingHandlers(calls),
  }
}

type ListInput = Omit<Parameters<ObjectStoreContract['list']>[0], 'store'>

function* list(calls: StoreCalls, binding: StoreBinding, input: ListInput): Task<ObjectListing> {
  const { service, bucket, prefix: root } = binding
  const { hidden } = yield* calls.begin(binding, 'ListObjectsV2', '', {
    prefix: root + input.prefix,
    delimiter: input.delimiter ?? '',
  })
  const query = {
    bucket,
    prefix: root + input.prefix,
    delimiter: input.delimiter ?? null,
    limit: Math.min(input.limit ?? PAGE_MAX, PAGE_MAX),
  }
  const from =
    input.cursor !== undefined
      ? boundOf(input.cursor)
      : input.startAfter === undefined
        ? FROM_START
        : ({ text: root + input.startAfter, mode: 'after' } as const)
  const page = yield* calls.inService(binding, function* () {
    yield* service.context.storage.buckets.require(bucket)
    return yield* listObjects({ ...service.context, hidden }, query, from)
  })
  return {
    objects: page.objects.map(({ key, record }) => ({
      key: key.slice(root.length),
      sizeBytes: record.sizeBytes,
      etag: record.etag,
      lastModifiedAt: record.lastModified,
    })),
    prefixes: page.prefixes.map((prefix) => prefix.slice(root.length)),
    cursor: page.next === null ? null : tokenOf(page.next),
  }
}

function* head(calls: StoreCalls, binding: StoreBinding, relativeKey: string) {
  const { service, bucket } = binding
  const key = binding.prefix + relativeKey
  yield* calls.begin(binding, 'HeadObject', key)
  const record = yield* calls.inService(binding, function* (): Task<ObjectRecord | null> {
    const { buckets, locks } = service.context.storage
    const bucketRecord = yield* buckets.require(bucket)
    const release = yield* locks.shared(keyLock(bucket, key))
    try {
      return yield* findReadable(service.context, bucketRecord, key, null)
    } catch (error) {
      if (error instanceof S3Error && error.code === 'NoSuchKey') return null
      throw error
    } finally {
      release()
    }
  })
  if (record === null) return null
  return {
    sizeBytes: record.sizeBytes,
    etag: record.etag,
    versionId: record.versionId === 'null' ? null : record.versionId,
    lastModifiedAt: record.lastModified,
  }
}

function* versions(calls: StoreCalls, binding: StoreBinding, prefix: string, cursor: string | undefined) {
  const { service, bucket, prefix: root } = binding
  yield* calls.begin(binding, 'ListObjectVersions', '')
  const query = { bucket, prefix: root + prefix, delimiter: null, limit: PAGE_MAX }
  const page = yield* calls.inService(binding, function* () {
    yield* service.context.storage.buckets.require(bucket)
    return yield* listVersions(service.context, query, versionPlace(cursor))
  })
  return {
    versions: page.versions.map(
      ({ key, record, isLatest }): ObjectVersion => ({
        key: key.slice(root.length),
        versionId: record.versionId,
        isLatest,
        isDeleteMarker: record.deleteMarker,
        sizeBytes: record.sizeBytes,
        lastModifiedAt: record.lastModified,
      }),
    ),
    // The version id has no `:`; the key may.
    cursor:
      page.next === null
        ? null
        : tokenOf({ mode: 'at', text: `${page.next.versionId ?? 'null'}:${page.next.key}` }),
  }
}

function versionPlace(cursor: string | undefined) {
  if (cursor === undefined) return { bound: FROM_START, afterVersionId: null }
  const { text } = boundOf(cursor)
  const at = text.indexOf(':')
  return { bound: { text: text.slice(at + 1), mode: 'at' as const }, afterVersionId: text.slice(0, at) }
}
