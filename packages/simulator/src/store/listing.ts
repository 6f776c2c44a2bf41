import type { ListedObject, ObjectListing, ObjectStoreContract, ObjectVersion } from '@dr-drill/runbook-core'
import { boundOf, tokenOf } from '../s3/operations/list-parameters.ts'
import { commonPrefix } from '../s3/operations/listing.ts'
import type { Bound } from '../s3/storage/key-cursor.ts'
import { firstAfter, firstAfterPrefix, firstAtOrAfter, type Keyed, placeOfKey } from './key-order.ts'
import type { MemoryBucket } from './memory-bucket.ts'
import type { MemoryVersion } from './memory-version.ts'

/** Entries of one page at most. */
const PAGE_MAX = 1000

/** What to list; keys are the bucket's, prefix of the store included. */
export interface PageQuery {
  /** The store's own prefix: cut off from what is answered. */
  readonly root: string
  readonly prefix: string
  readonly delimiter: string | null
  readonly limit: number
  readonly from: Bound | null
  /** Keys that a fault hides. */
  readonly hidden: ReadonlySet<string> | null
}

/** The query of a call of the port. @throws S3Error InvalidArgument for a cursor that is none */
export function pageQuery(
  root: string,
  input: Omit<Parameters<ObjectStoreContract['list']>[0], 'store'>,
  hidden: ReadonlySet<string> | null,
): PageQuery {
  return {
    root,
    prefix: root + input.prefix,
    delimiter: input.delimiter ?? null,
    limit: Math.min(input.limit ?? PAGE_MAX, PAGE_MAX),
    from: boundOfInput(root, input),
    hidden,
  }
}

function boundOfInput(
  root: string,
  { cursor, startAfter }: { readonly cursor?: string; readonly startAfter?: string },
): Bound | null {
  if (cursor !== undefined) return boundOf(cursor)
  return startAfter === undefined ? null : { text: root + startAfter, mode: 'after' }
}

/** One page of current objects and common prefixes, in one order, together at most the limit. */
export function listPage(bucket: MemoryBucket, query: PageQuery): ObjectListing {
  const { readsAt, allCurrent } = bucket
  if (readsAt !== null || query.hidden !== null) return makePage(allCurrent, query)
  const { root, prefix, delimiter, limit, from } = query
  const name = JSON.stringify([root, prefix, delimiter, limit, from?.mode, from?.text])
  return bucket.content.present.page(name, () => makePage(allCurrent, query))
}

function makePage(entries: readonly MemoryVersion[], query: PageQuery): ObjectListing {
  const { root, prefix, delimiter, limit, hidden } = query
  const objects: ListedObject[] = []
  const prefixes: string[] = []
  let last: Bound | null = null
  for (let index = limit > 0 ? startOf(entries, query) : entries.length; index < entries.length; ) {
    const version = entries[index] as MemoryVersion
    const { key } = version
    if (!key.startsWith(prefix)) break
    index += 1
    if (hidden?.has(key) === true) continue
    if (objects.length + prefixes.length === limit) {
      return { objects, prefixes, cursor: last && tokenOf(last) }
    }
    const common = commonPrefix(key, prefix, delimiter)
    if (common === null) {
      objects.push(listed(version, root))
      last = { text: key, mode: 'after' }
    } else {
      prefixes.push(common.slice(root.length))
      last = { text: common, mode: 'after-prefix' }
      index = firstAfterPrefix(entries, common)
    }
  }
  return { objects, prefixes, cursor: null }
}

function listed(version: MemoryVersion, root: string): ListedObject {
  return root === '' ? version.listed : { ...version.listed, key: version.key.slice(root.length) }
}

function startOf(entries: readonly Keyed[], { prefix, from }: PageQuery): number {
  const first = prefix === '' ? 0 : firstAtOrAfter(entries, prefix)
  return from === null ? first : Math.max(first, boundIndex(entries, from))
}

function boundIndex(entries: readonly Keyed[], { text, mode }: Bound): number {
  if (mode === 'at') return firstAtOrAfter(entries, text)
  return mode === 'after' ? firstAfter(entries, text) : firstAfterPrefix(entries, text)
}

type VersionsPage = ReturnType<ObjectStoreContract['versions']>

/** One page of all versions below a prefix. @throws S3Error InvalidArgument for a cursor that is none */
export function versionsPage(
  bucket: MemoryBucket,
  root: string,
  below: string,
  cursor: string | undefined,
): VersionsPage {
  const { keys } = bucket.content
  const prefix = root + below
  const after = cursor === undefined ? null : placeOf(cursor)
  const versions: ObjectVersion[] = []
  const from = Math.max(placeOfKey(keys, prefix), placeOfKey(keys, after?.key ?? ''))
  for (let index = from; index < keys.length; index += 1) {
    const key = keys[index] as string
    if (!key.startsWith(prefix)) break
    const held = bucket.versions(key)
    for (const version of held) {
      if (after?.key === key && version.sequence >= after.sequence) continue
      if (versions.length === PAGE_MAX) return { versions, cursor: cursorAfter(root, versions) }
      versions.push({
        key: key.slice(root.length),
        versionId: version.versionId,
        isLatest: version === held[0],
        isDeleteMarker: version.isDeleteMarker,
        sizeBytes: version.written.length,
        lastModifiedAt: version.lastModifiedAt,
      })
    }
  }
  return { versions, cursor: null }
}

/** The version id has no `:`; the key may. */
function cursorAfter(root: string, versions: readonly ObjectVersion[]): string {
  const last = versions.at(-1) as ObjectVersion
  return tokenOf({ mode: 'at', text: `${last.versionId}:${root}${last.key}` })
}

function placeOf(cursor: string): { readonly key: string; readonly sequence: number } {
  const { text } = boundOf(cursor)
  const at = text.indexOf(':')
  const versionId = text.slice(0, at)
  // Where no versions are kept there is one per key, and it was shown.
  return {
    key: text.slice(at + 1),
    sequence: versionId === 'null' ? 0 : Number.parseInt(versionId.slice(0, 8), 16),
  }
}
