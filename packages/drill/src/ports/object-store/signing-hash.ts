import { createHash, createHmac, createSecretKey, type Hash, type Hmac, type KeyObject } from 'node:crypto'

type Secret = string | Uint8Array | ArrayBuffer

/**
 * SHA-256 and HMAC for the SDK's signer. It asks for MACs under the same two keys for each request, and turning a key into one that
 * OpenSSL can use costs ten times what the MAC does: so that is done once.
 */
export class SigningHash {
  readonly #key: KeyObject | null
  #state: Hash | Hmac

  constructor(secret?: Secret | ArrayBufferView) {
    this.#key = secret === undefined ? null : keyOf(secret)
    this.#state = this.#begin()
  }

  update(data: Secret | ArrayBufferView): void {
    this.#state.update(data instanceof ArrayBuffer ? new Uint8Array(data) : (data as Uint8Array | string))
  }

  async digest(): Promise<Uint8Array> {
    return this.#state.digest()
  }

  reset(): void {
    this.#state = this.#begin()
  }

  #begin(): Hash | Hmac {
    return this.#key === null ? createHash('sha256') : createHmac('sha256', this.#key)
  }
}

/** Derived keys, by the array that the signer keeps. */
const derived = new WeakMap<object, KeyObject>()
/** The secret itself: the last one used. */
let last: { readonly secret: string; readonly key: KeyObject } | null = null

function keyOf(secret: Secret | ArrayBufferView): KeyObject {
  if (typeof secret === 'string') {
    if (last?.secret !== secret) last = { secret, key: createSecretKey(secret, 'utf8') }
    return last.key
  }
  const known = derived.get(secret)
  if (known !== undefined) return known
  const made = createSecretKey(
    secret instanceof ArrayBuffer ? new Uint8Array(secret) : (secret as Uint8Array),
  )
  derived.set(secret, made)
  return made
}
