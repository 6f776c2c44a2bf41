import { attempt, type Task } from '../../effects/index.ts'
import { ObjectStore, type ObjectStoreContract, type ObjectVersion } from '../../ports/index.ts'
import { whileAnswering } from './answering.ts'
import type { Patience } from './patience.ts'

/** So many versions of one object are looked at: whoever may write can overwrite without end. */
const VERSIONS_MAX = 10_000

type VersionsPage = ReturnType<ObjectStoreContract['versions']>

/**
 * Shows the older versions of an object, newest first, until one is taken: ransomware overwrites, it seldom erases. Null when none is,
 * and also where versions are not to be had: a least-privilege role may not list them, many a store does not know them.
 */
export function* takeOlderVersion<A>(
  place: { readonly store: string; readonly key: string },
  patience: Patience,
  take: (version: ObjectVersion) => Task<A | null>,
): Task<A | null> {
  const { store, key } = place
  let seen = 0
  for (let cursor: string | null = null, more = true; more && seen < VERSIONS_MAX; ) {
    const page: VersionsPage | null = yield* pageOf(store, key, cursor, patience)
    if (page === null) return null
    for (const version of page.versions) {
      seen += 1
      if (version.key !== key || version.isDeleteMarker || version.isLatest) continue
      const taken = yield* take(version)
      if (taken !== null) return taken
    }
    cursor = page.cursor
    // Keys come in order and this one is the first that begins with itself.
    more = cursor !== null && page.versions.at(-1)?.key === key
  }
  return null
}

/** Null when versions are not to be had. @throws store-unavailable and the like when the store does not answer at all */
function* pageOf(
  store: string,
  key: string,
  cursor: string | null,
  patience: Patience,
): Task<VersionsPage | null> {
  const listed = yield* attempt(
    whileAnswering(
      patience,
      store,
      () => ObjectStore.versions({ store, prefix: key, ...(cursor === null ? {} : { cursor }) }),
      () => ObjectStore.head({ store, key }),
    ),
  )
  if (listed.ok) return listed.value
  const { code, retryable } = listed.error
  if (retryable && code !== 'object-corrupt') throw listed.error
  if (code === 'store-denied' && !(yield* isDeniedVersionsOnly(store, key))) throw listed.error
  return null
}

/**
 * After versions were denied: true when it is that right alone that lacks, as it may in a least-privilege role. Where even listing is
 * denied the credential itself is refused (it has expired), which says nothing about what there is.
 */
export function* isDeniedVersionsOnly(store: string, key: string): Task<boolean> {
  const listed = yield* attempt(ObjectStore.list({ store, prefix: key, limit: 1 }))
  return listed.ok || listed.error.code !== 'store-denied'
}
