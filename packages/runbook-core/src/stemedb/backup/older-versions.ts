import { whileAnswering } from '../../actions/support/answering.ts'
import { isDeniedVersionsOnly, takeOlderVersion } from '../../actions/support/older-versions.ts'
import { type Patience, patienceOf } from '../../actions/support/patience.ts'
import { attempt, type Task } from '../../effects/index.ts'
import { ObjectStore } from '../../ports/index.ts'

/** Versions of one document that are read; a bucket with more of them is not searched to its end. */
const VERSIONS_READ_MAX = 100
/** Failures of one version that say nothing about the object. */
const BAD_VERSION: ReadonlySet<string> = new Set(['object-missing', 'object-corrupt', 'input-too-large'])
/** For readers whose caller bears the store's silence: long enough to tell it from an object, or an ability, that is lacking. */
const SHORT = patienceOf(2_000)

/** What lay at a key before it was overwritten or deleted (D102), for readers with a patience of their own or none. */
interface Document {
  readonly store: string
  readonly key: string
  readonly sizeBytesMax: number
  readonly patience?: Patience | null
}

/** What the newest older version gives that is accepted; null when none is. Outages are thrown. */
export function* fromOlderVersion<A>(
  { store, key, sizeBytesMax, patience }: Document,
  accept: (bytes: Uint8Array) => A | null,
): Task<A | null> {
  const bearing = patience ?? SHORT
  let read = 0
  return yield* takeOlderVersion({ store, key }, bearing, function* ({ versionId, sizeBytes }) {
    if (sizeBytes > sizeBytesMax || read >= VERSIONS_READ_MAX) return null
    read += 1
    const got = yield* attempt(
      whileAnswering(
        bearing,
        store,
        () => ObjectStore.get({ store, key, versionId, sizeBytesMax }),
        () => ObjectStore.head({ store, key }),
      ),
    )
    if (got.ok) return accept(got.value.bytes)
    if (BAD_VERSION.has(got.error.code)) return null
    // To read versions is a right that a role may lack.
    if (got.error.code === 'store-denied' && (yield* isDeniedVersionsOnly(store, key))) return null
    throw got.error
  })
}

/** True when an older version has that size: it may be what is wanted, which only its bytes can tell. */
export function* hasOlderOfSize(store: string, key: string, wantedBytes: number): Task<boolean> {
  const found = yield* takeOlderVersion({ store, key }, SHORT, function* ({ sizeBytes }) {
    return sizeBytes === wantedBytes ? true : null
  })
  return found === true
}
