import type { Task } from '@dr-drill/runbook-core'
import { type Bound, KeyCursor, type KeyEntry } from '../storage/key-cursor.ts'
import type { ObjectRecord } from '../storage/records.ts'
import type { ServiceContext } from './context.ts'

/** A page of objects: keys and common prefixes together at most `limit`, in one order. */
export interface ObjectPage {
  readonly objects: readonly { readonly key: string; readonly record: ObjectRecord }[]
  readonly prefixes: readonly string[]
  /** Where the next page begins; null when there is none. */
  readonly next: Bound | null
}

/** A page of versions, newest first per key. */
export interface VersionPage {
  readonly versions: readonly {
    readonly key: string
    readonly record: ObjectRecord
    readonly isLatest: boolean
  }[]
  readonly prefixes: readonly string[]
  /** The last that was listed, if more follow: a key with its version, or a common prefix. */
  readonly next: { readonly key: string; readonly versionId: string | null } | null
}

/** What to list. */
export interface ListQuery {
  readonly bucket: string
  readonly prefix: string
  readonly delimiter: string | null
  readonly limit: number
}

/** The first key of an unbounded listing. */
export const FROM_START: Bound = { text: '', mode: 'at' }

/** The common prefix that a key falls under; null when it is listed itself. */
export function commonPrefix(key: string, prefix: string, delimiter: string | null): string | null {
  if (delimiter === null || delimiter === '') return null
  const at = key.indexOf(delimiter, prefix.length)
  return at < 0 ? null : key.slice(0, at + delimiter.length)
}

/**
 * A marker as a bound: when it ends like a common prefix of this listing, it is one that was already listed, and what falls under
 * it must not be listed again.
 */
export function markerBound(marker: string, query: ListQuery): Bound {
  const isPrefix =
    marker.startsWith(query.prefix) && commonPrefix(marker, query.prefix, query.delimiter) === marker
  return { text: marker, mode: isPrefix ? 'after-prefix' : 'after' }
}

/** One page of current objects from a bound on. */
export function* listObjects(context: ServiceContext, query: ListQuery, from: Bound): Task<ObjectPage> {
  const objects: { key: string; record: ObjectRecord }[] = []
  const prefixes: string[] = []
  const cursor = new KeyCursor(query.bucket, query.prefix, from)
  let last: Bound | null = null
  for (let entry = yield* cursor.next(); entry !== null && query.limit > 0; entry = yield* cursor.next()) {
    const record = yield* currentRecord(context, query.bucket, entry)
    if (record === null || context.hidden?.has(entry.key) === true) continue
    if (objects.length + prefixes.length === query.limit) return { objects, prefixes, next: last }
    const common = commonPrefix(entry.key, query.prefix, query.delimiter)
    if (common === null) {
      objects.push({ key: entry.key, record })
      last = { text: entry.key, mode: 'after' }
    } else {
      prefixes.push(common)
      last = { text: common, mode: 'after-prefix' }
      cursor.seek(last)
    }
  }
  return { objects, prefixes, next: null }
}

function* currentRecord(context: ServiceContext, bucket: string, entry: KeyEntry): Task<ObjectRecord | null> {
  const newest = yield* context.storage.objects.newestOf(bucket, entry.key, entry.files)
  return newest === null || newest.deleteMarker ? null : newest
}

/** One page of versions after a key, or after one version of it. */
export function* listVersions(
  context: ServiceContext,
  query: ListQuery,
  from: { readonly bound: Bound; readonly afterVersionId: string | null },
): Task<VersionPage> {
  const versions: { key: string; record: ObjectRecord; isLatest: boolean }[] = []
  const prefixes: string[] = []
  const cursor = new KeyCursor(query.bucket, query.prefix, from.bound)
  let last: { key: string; versionId: string | null } | null = null
  for (let entry = yield* cursor.next(); entry !== null && query.limit > 0; entry = yield* cursor.next()) {
    const records = yield* context.storage.objects.versions(query.bucket, entry.key, entry.files)
    const isMarker = from.afterVersionId !== null && entry.key === from.bound.text
    const rest = isMarker ? records.slice(startAfter(records, from.afterVersionId as string)) : records
    const common = rest.length === 0 ? null : commonPrefix(entry.key, query.prefix, query.delimiter)
    if (common !== null) {
      if (versions.length + prefixes.length === query.limit) return { versions, prefixes, next: last }
      prefixes.push(common)
      last = { key: common, versionId: null }
      cursor.seek({ text: common, mode: 'after-prefix' })
      continue
    }
    for (const record of rest) {
      if (versions.length + prefixes.length === query.limit) return { versions, prefixes, next: last }
      versions.push({ key: entry.key, record, isLatest: record === records[0] })
      last = { key: entry.key, versionId: record.versionId }
    }
  }
  return { versions, prefixes, next: null }
}

/** The index after a version that was listed before; if it is gone since, after those at least as new as its id says. */
function startAfter(records: readonly ObjectRecord[], versionId: string): number {
  const at = records.findIndex((record) => record.versionId === versionId)
  if (at >= 0) return at + 1
  const sequence = versionId === 'null' ? Number.NaN : Number.parseInt(versionId.slice(0, 8), 16)
  return records.filter((record) => record.sequence >= sequence).length
}
