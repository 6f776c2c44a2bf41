import { patienceOf, patiently } from '../../actions/support/patience.ts'
import type { Checksums } from '../../checksums/index.ts'
import { attempt, type Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { FileSystem, ObjectStore, Signer } from '../../ports/index.ts'
import { openEnvelope, sealEnvelope, signatureStatus } from '../backup/envelope.ts'
import { getIfThere } from '../backup/store-reading.ts'

/** A store, how long its silence is borne, and where downloads for comparison may lie. */
export interface StoreAccess {
  readonly store: string
  /** Drill time ms from the first failed request after which its error is thrown. */
  readonly patienceMs: number
  /** An existing directory of the operation's own. */
  readonly scratchDirectory: string
}

/** What an object is compared with when it is there already. */
export interface LocalFile {
  readonly path: string
  readonly sha256: string
}

/** Repeats a request while the store is silent. */
export function withPatience<A>(access: StoreAccess, task: () => Task<A>): Task<A> {
  return patiently(patienceOf(access.patienceMs), `object store "${access.store}"`, task)
}

/**
 * Uploads a file as an object that is written once. An object of the same bytes that is there already (an earlier run was cut short
 * before it heard of its success) is a success.
 * @throws OperatingError `object-exists` when the key holds other bytes (D62): nothing was replaced
 */
export function* uploadOnce(access: StoreAccess, key: string, file: LocalFile): Task<void> {
  const { store } = access
  const done = yield* attempt(
    withPatience(access, () => ObjectStore.upload({ store, key, ...file, ifAbsent: true })),
  )
  if (done.ok) return
  if (done.error.code !== 'object-exists') throw done.error
  const path = `${access.scratchDirectory}/existing-${file.sha256.slice(0, 16)}`
  const found = yield* withPatience(access, () => ObjectStore.download({ store, key, path, mode: 0o600 }))
  yield* FileSystem.remove({ path })
  if (found.sha256 !== file.sha256) throw otherBytes(key, done.error)
}

/** Puts a small object that is written once; `same` judges the one that is there already. @throws OperatingError `object-exists` */
export function* putOnce(
  access: StoreAccess,
  key: string,
  bytes: Uint8Array,
  same: (existing: Uint8Array) => boolean,
): Task<void> {
  const { store } = access
  const done = yield* attempt(
    withPatience(access, () => ObjectStore.put({ store, key, bytes, ifAbsent: true })),
  )
  if (done.ok) return
  if (done.error.code !== 'object-exists') throw done.error
  const existing = yield* attempt(withPatience(access, () => getIfThere(store, key, 2 * bytes.length + 1024)))
  if (!existing.ok && existing.error.code !== 'input-too-large') throw existing.error
  const found = existing.ok ? existing.value : null
  if (found === null || !same(found)) throw otherBytes(key, done.error)
}

/** Signs a payload with the referenced key (null leaves it unsigned) and puts it into an envelope. */
export function* seal(checksums: Checksums, keyRef: string | null, payload: Uint8Array): Task<Uint8Array> {
  const signed = keyRef === null ? null : yield* Signer.sign({ keyRef, bytes: payload })
  return sealEnvelope(checksums, payload, signed)
}

/** Puts a sealed document once. One that is there with the same payload (signed with the trusted key, if any is given) is a success. */
export function* putSealedOnce(
  checksums: Checksums,
  access: StoreAccess,
  document: {
    readonly key: string
    readonly payload: Uint8Array
    readonly keyRef: string | null
    readonly trustKey: Uint8Array | null
  },
): Task<void> {
  const { key, payload, keyRef, trustKey } = document
  const bytes = yield* seal(checksums, keyRef, payload)
  yield* putOnce(access, key, bytes, (existing) => holdsPayload(checksums, existing, payload, trustKey))
}

function holdsPayload(
  checksums: Checksums,
  existing: Uint8Array,
  payload: Uint8Array,
  trustKey: Uint8Array | null,
): boolean {
  try {
    const envelope = openEnvelope(existing)
    const status = signatureStatus(checksums, envelope, trustKey)
    return (status === 'valid' || status === 'unchecked') && sameBytes(envelope.payload, payload)
  } catch (error) {
    if (error instanceof OperatingError) return false
    throw error
  }
}

/** True when two byte strings are equal. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

function otherBytes(key: string, cause: OperatingError): OperatingError {
  return new OperatingError('object-exists', `${key} is there already and holds other bytes`, {
    subject: key,
    hint: 'Two writers share this place: find the other one (an old primary? a second restore?) before anything else.',
    cause,
  })
}
