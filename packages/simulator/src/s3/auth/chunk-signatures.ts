import { utf8Encode } from '@dr-drill/runbook-core'
import type { S3Digests } from '../digests/index.ts'
import { EMPTY_SHA256, equalInConstantTime, type SigningScope, scopeText, signatureOf } from './sigv4.ts'

/** The chain of signatures of an aws-chunked body: each covers the one before it, the first the request's own. */
export class ChunkSignatures {
  readonly #digests: S3Digests
  readonly #key: Uint8Array
  readonly #timestamp: string
  readonly #scope: string
  #previous: string

  constructor(digests: S3Digests, key: Uint8Array, timestamp: string, scope: SigningScope, seed: string) {
    this.#digests = digests
    this.#key = key
    this.#timestamp = timestamp
    this.#scope = scopeText(scope)
    this.#previous = seed
  }

  /** True when `signature` is right for a chunk with this SHA-256; the chain goes on from it. */
  acceptsChunk(sha256: string, signature: string): boolean {
    return this.#accepts(['AWS4-HMAC-SHA256-PAYLOAD', EMPTY_SHA256, sha256], signature)
  }

  /** True when `signature` is right for the trailers, written `name:value\n` each. */
  acceptsTrailer(trailers: string, signature: string): boolean {
    return this.#accepts(
      ['AWS4-HMAC-SHA256-TRAILER', this.#digests.sha256Hex(utf8Encode(trailers))],
      signature,
    )
  }

  #accepts([kind, ...hashes]: readonly string[], signature: string): boolean {
    const text = [kind, this.#timestamp, this.#scope, this.#previous, ...hashes].join('\n')
    const expected = signatureOf(this.#digests, this.#key, text)
    this.#previous = expected
    return equalInConstantTime(expected, signature)
  }
}
