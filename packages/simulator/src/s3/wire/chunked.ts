import type { RunningDigest } from '@dr-drill/runbook-core'
import type { ChunkSignatures } from '../auth/chunk-signatures.ts'
import type { S3Digests } from '../digests/index.ts'
import { S3Error } from '../errors/index.ts'

/** Longest line of framing: a size with a signature, or one trailer. */
const LINE_BYTES_MAX = 1024
const TRAILERS_MAX = 16

type State = 'size' | 'data' | 'data-end' | 'trailers' | 'done'

/**
 * Takes aws-chunked framing off a body as it streams by: `size[;chunk-signature=S]`, data, and at the end trailers. Holds no data
 * back: what is handed out before its chunk's signature was checked must not become visible before the end was reached.
 */
export class ChunkedDecoder {
  readonly #digests: S3Digests
  readonly #signatures: ChunkSignatures | null
  readonly #trailers = new Map<string, string>()
  #state: State = 'size'
  #line = ''
  #left = 0
  #signature = ''
  #sha256: RunningDigest | null = null
  #trailerText = ''

  /** `signatures` null: chunks are not signed. */
  constructor(digests: S3Digests, signatures: ChunkSignatures | null) {
    this.#digests = digests
    this.#signatures = signatures
  }

  /** Trailers by lower-case name; complete after `finish`. */
  get trailers(): ReadonlyMap<string, string> {
    return this.#trailers
  }

  /** The data in these bytes of the body. @throws S3Error */
  feed(bytes: Uint8Array): Uint8Array[] {
    const data: Uint8Array[] = []
    let at = 0
    while (at < bytes.length) {
      if (this.#state === 'data') {
        const piece = bytes.subarray(at, at + this.#left)
        this.#sha256?.update(piece)
        this.#left -= piece.length
        at += piece.length
        data.push(piece)
        if (this.#left === 0) this.#endChunk('data-end')
      } else {
        at = this.#takeLine(bytes, at)
      }
    }
    return data
  }

  /** The body ended. @throws IncompleteBody when it ended early */
  finish(): void {
    if (this.#state !== 'done') throw new S3Error('IncompleteBody')
  }

  #takeLine(bytes: Uint8Array, from: number): number {
    if (this.#state === 'done') throw framing('bytes follow the last chunk')
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at]!
      if (byte === 0x0a) {
        if (!this.#line.endsWith('\r')) throw framing('a line does not end in CR LF')
        const line = this.#line.slice(0, -1)
        this.#line = ''
        this.#onLine(line)
        return at + 1
      }
      this.#line += String.fromCharCode(byte)
      if (this.#line.length > LINE_BYTES_MAX) throw framing('a line is too long')
    }
    return bytes.length
  }

  #onLine(line: string): void {
    if (this.#state === 'size') this.#onSize(line)
    else if (this.#state === 'trailers') this.#onTrailer(line)
    else if (line !== '') throw framing('data is longer than its chunk')
    else this.#state = 'size'
  }

  #onSize(line: string): void {
    const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line)
    if (match === null) throw framing('the size of a chunk is unreadable')
    if (this.#signatures !== null && match[2] === undefined) throw framing('a chunk is not signed')
    this.#left = Number.parseInt(match[1] as string, 16)
    this.#signature = match[2] ?? ''
    this.#sha256 = this.#signatures === null ? null : this.#digests.sha256()
    if (this.#left > 0) this.#state = 'data'
    else this.#endChunk('trailers')
  }

  #endChunk(next: State): void {
    const sha256 = this.#sha256?.hex()
    if (sha256 !== undefined && this.#signatures?.acceptsChunk(sha256, this.#signature) !== true) {
      throw new S3Error('SignatureDoesNotMatch')
    }
    this.#sha256 = null
    this.#state = next
  }

  #onTrailer(line: string): void {
    if (line === '') {
      this.#endTrailers()
      return
    }
    const at = line.indexOf(':')
    const name = line.slice(0, at).trim().toLowerCase()
    const value = line.slice(at + 1).trim()
    if (at < 1 || this.#trailers.has(name) || this.#trailers.size >= TRAILERS_MAX) {
      throw new S3Error('MalformedTrailerError')
    }
    this.#trailers.set(name, value)
    if (name !== 'x-amz-trailer-signature') this.#trailerText += `${name}:${value}\n`
  }

  #endTrailers(): void {
    const signature = this.#trailers.get('x-amz-trailer-signature')
    this.#trailers.delete('x-amz-trailer-signature')
    if (this.#signatures !== null && this.#trailers.size > 0) {
      const isRight = signature !== undefined && this.#signatures.acceptsTrailer(this.#trailerText, signature)
      if (!isRight) throw new S3Error('SignatureDoesNotMatch')
    }
    this.#state = 'done'
  }
}

function framing(what: string): S3Error {
  return new S3Error('InvalidRequest', `The aws-chunked body is malformed: ${what}.`)
}
