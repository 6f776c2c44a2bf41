import type { RunningDigest, Task } from '@dr-drill/runbook-core'
import type { Authenticated } from '../auth/authenticate.ts'
import type { S3Digests } from '../digests/index.ts'
import { S3Error } from '../errors/index.ts'
import { ChunkedDecoder } from './chunked.ts'
import type { S3Body, S3Request } from './request.ts'

/** A body freed of its framing and checked against what was signed; its bytes count only once `read` has answered null. */
export interface Payload extends S3Body {
  /** Trailers by lower-case name, known at the end. */
  readonly trailers: ReadonlyMap<string, string>
  /** Bytes that will come, as the client declared them; null when it did not say. */
  readonly declaredSizeBytes: number | null
}

/** The payload of an authenticated request. @throws S3Error at its end when it is not what was signed or declared */
export function payloadOf(request: S3Request, auth: Authenticated, digests: S3Digests): Payload {
  if (auth.payload.kind === 'chunked') return new ChunkedPayload(request, auth, digests)
  return new PlainPayload(request, auth.payload.kind === 'sha256' ? auth.payload.hex : null, digests)
}

/** A decimal size in a header; null when absent. @throws InvalidArgument */
function sizeHeader(request: S3Request, name: string): number | null {
  const text = request.headers.get(name)
  if (text === undefined) return null
  if (!/^\d{1,15}$/.test(text)) throw new S3Error('InvalidArgument', `${name} is not a size`)
  return Number(text)
}

class PlainPayload implements Payload {
  readonly trailers: ReadonlyMap<string, string> = new Map()
  readonly declaredSizeBytes: number | null
  readonly #body: S3Body
  readonly #expected: string | null
  readonly #sha256: RunningDigest | null
  #ended = false

  constructor(request: S3Request, sha256: string | null, digests: S3Digests) {
    this.#body = request.body
    this.declaredSizeBytes = sizeHeader(request, 'content-length')
    this.#expected = sha256
    this.#sha256 = sha256 === null ? null : digests.sha256()
  }

  *read(): Task<Uint8Array | null> {
    if (this.#ended) return null
    const bytes = yield* this.#body.read()
    if (bytes !== null) {
      this.#sha256?.update(bytes)
      return bytes
    }
    this.#ended = true
    const computed = this.#sha256?.hex()
    if (computed !== undefined && computed !== this.#expected) {
      throw new S3Error('XAmzContentSHA256Mismatch', undefined, {
        ClientComputedContentSHA256: this.#expected ?? '',
        S3ComputedContentSHA256: computed,
      })
    }
    return null
  }
}

class ChunkedPayload implements Payload {
  readonly declaredSizeBytes: number
  readonly #body: S3Body
  readonly #decoder: ChunkedDecoder
  readonly #expectedTrailers: readonly string[]
  readonly #queue: Uint8Array[] = []
  #received = 0
  #ended = false

  constructor(request: S3Request, auth: Authenticated, digests: S3Digests) {
    const declared = sizeHeader(request, 'x-amz-decoded-content-length')
    if (declared === null) throw new S3Error('MissingContentLength')
    this.declaredSizeBytes = declared
    this.#body = request.body
    this.#decoder = new ChunkedDecoder(digests, auth.chunkSignatures)
    const names = request.headers.get('x-amz-trailer') ?? ''
    this.#expectedTrailers = names
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== '')
  }

  get trailers(): ReadonlyMap<string, string> {
    return this.#decoder.trailers
  }

  *read(): Task<Uint8Array | null> {
    while (!this.#ended) {
      const ready = this.#queue.shift()
      if (ready !== undefined) return ready
      const bytes = yield* this.#body.read()
      if (bytes === null) {
        this.#finish()
        return null
      }
      for (const piece of this.#decoder.feed(bytes)) {
        this.#received += piece.length
        this.#queue.push(piece)
      }
      if (this.#received > this.declaredSizeBytes) throw new S3Error('IncompleteBody')
    }
    return null
  }

  #finish(): void {
    this.#ended = true
    this.#decoder.finish()
    if (this.#received !== this.declaredSizeBytes) throw new S3Error('IncompleteBody')
    const names = [...this.#decoder.trailers.keys()]
    const isAsDeclared =
      names.length === this.#expectedTrailers.length &&
      names.every((name) => this.#expectedTrailers.includes(name))
    if (!isAsDeclared) throw new S3Error('MalformedTrailerError')
  }
}
