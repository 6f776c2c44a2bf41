import { type Attempt, attempt, type Task } from '../../effects/index.ts'
import { ObjectStore, type ObjectStoreContract, type ObjectVersion } from '../../ports/index.ts'

/** Versions of one object that are looked at; a bucket with more of them is not searched to its end. */
const VERSIONS_MAX = 100
/** Failures of one version that say nothing about the object; to read versions is a right that a role may lack. */
const BAD_VERSION: ReadonlySet<string> = new Set([
  'object-missing',
  'object-corrupt',
  'input-too-large',
  'store-denied',
])

type VersionsPage = ReturnType<ObjectStoreContract['versions']>

/**
 * Older versions of an object, newest first: what lay there before it was overwritten or deleted (D102). Empty where the store keeps
 * none, or the role may not list them.
 */
function* olderVersions(store: string, key: string): Task<readonly ObjectVersion[]> {
  const found: ObjectVersion[] = []
  for (let cursor: string | null = null, more = true; more; ) {
    const page: Attempt<VersionsPage> = yield* attempt(
      ObjectStore.versions({ store, prefix: key, ...(cursor === null ? {} : { cursor }) }),
    )
    if (!page.ok) {
      if (page.error.code === 'store-denied') return []
      throw page.error
    }
    const { versions } = page.value
    for (const version of versions) {
      if (version.key === key && !version.isLatest && !version.isDeleteMarker) found.push(version)
    }
    cursor = page.value.cursor
    // Keys come in order and this one is the first that begins with itself.
    more = cursor !== null && versions.at(-1)?.key === key && found.length < VERSIONS_MAX
  }
  return found.slice(0, VERSIONS_MAX)
}

/** What the newest older version gives that is accepted; null when none is. Outages are thrown. */
export function* fromOlderVersion<A>(
  input: { readonly store: string; readonly key: string; readonly sizeBytesMax: number },
  accept: (bytes: Uint8Array) => A | null,
): Task<A | null> {
  const { store, key, sizeBytesMax } = input
  for (const { versionId, sizeBytes } of yield* olderVersions(store, key)) {
    if (sizeBytes > sizeBytesMax) continue
    const got = yield* attempt(ObjectStore.get({ store, key, versionId, sizeBytesMax }))
    if (!got.ok) {
      if (BAD_VERSION.has(got.error.code)) continue
      throw got.error
    }
    const accepted = accept(got.value.bytes)
    if (accepted !== null) return accepted
  }
  return null
}

/** True when an older version has that size: it may be what is wanted, which only its bytes can tell. */
export function* hasOlderOfSize(store: string, key: string, sizeBytes: number): Task<boolean> {
  return (yield* olderVersions(store, key)).some((version) => version.sizeBytes === sizeBytes)
}
