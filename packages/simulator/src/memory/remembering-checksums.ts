import { type Checksums, Question, type RunningDigest } from '@dr-drill/runbook-core'
import { originOf } from '../disk/ranges.ts'
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

/** A digest that is fed a whole blob, piece by piece in order, and nothing else asks the memory; any other is computed. */
class RememberingDigest implements RunningDigest {
  readonly #checksums: Checksums
  readonly #sha256Hex: (bytes: Uint8Array) => string
  /** What it was fed so far is the beginning of this blob, up to here. */
  #blob: Uint8Array | null = null
  #end = 0
  #running: RunningDigest | null = null

  constructor(checksums: Checksums, sha256Hex: (bytes: Uint8Array) => string) {
    this.#checksums = checksums
    this.#sha256Hex = sha256Hex
  }

  update(bytes: Uint8Array): RunningDigest {
    if (this.#running === null && this.#continues(bytes)) return this
    this.#start().update(bytes)
    return this
  }

  hex(): string {
    if (this.#blob !== null && this.#end === this.#blob.length) return this.#sha256Hex(this.#blob)
    return this.#start().hex()
  }

  #continues(bytes: Uint8Array): boolean {
    const origin = originOf(bytes)
    const [blob, from] = origin === null ? [bytes, 0] : [origin.blob, origin.from]
    if (from !== this.#end || (this.#blob !== null && blob !== this.#blob)) return false
    this.#blob = blob
    this.#end = from + bytes.length
    return true
  }

  /** The digest as it is computed, of all that came before. */
  #start(): RunningDigest {
    const running = this.#running ?? this.#checksums.sha256()
    if (this.#blob !== null) running.update(this.#blob.subarray(0, this.#end))
    this.#blob = null
    this.#running = running
    return running
  }
}
