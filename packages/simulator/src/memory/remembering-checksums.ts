import { type Checksums, Question, type RunningDigest } from '@dr-drill/runbook-core'
import type { BlobMemory } from './blob-memory.ts'

const SHA256 = new Question<string>('SHA-256')
/** Texts and bytes below this are hashed sooner than looked up. */
const WORTH_BYTES = 512

/** Checksums that know the digests of whole blobs, and give their memory to whoever computes more of blobs. */
export function rememberingChecksums(checksums: Checksums, memory: BlobMemory): Checksums {
  const sha256Hex = (bytes: Uint8Array): string =>
    bytes.length < WORTH_BYTES
      ? checksums.sha256Hex(bytes)
      : memory.recall(SHA256, bytes, () => checksums.sha256Hex(bytes))
  return {
    ...checksums,
    memory,
    sha256Hex,
    sha256: () => new RememberingDigest(checksums, sha256Hex),
  }
}

/** A digest that is fed one blob and nothing else asks the memory; any other is computed. */
class RememberingDigest implements RunningDigest {
  readonly #checksums: Checksums
  readonly #sha256Hex: (bytes: Uint8Array) => string
  #only: Uint8Array | null = null
  #running: RunningDigest | null = null

  constructor(checksums: Checksums, sha256Hex: (bytes: Uint8Array) => string) {
    this.#checksums = checksums
    this.#sha256Hex = sha256Hex
  }

  update(bytes: Uint8Array): RunningDigest {
    if (this.#running === null && this.#only === null) {
      this.#only = bytes
      return this
    }
    this.#running ??= this.#checksums.sha256()
    if (this.#only !== null) {
      this.#running.update(this.#only)
      this.#only = null
    }
    this.#running.update(bytes)
    return this
  }

  hex(): string {
    if (this.#only !== null) return this.#sha256Hex(this.#only)
    return (this.#running ?? this.#checksums.sha256()).hex()
  }
}
