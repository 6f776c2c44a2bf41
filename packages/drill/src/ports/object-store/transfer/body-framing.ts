import { invalid, type ResponseHead } from './response-head.ts'

/** Tells which of the bytes that come are the body, and when it ends. */
export interface BodyFraming {
  /** Announced size; null when only the end will tell. */
  readonly lengthBytes: number | null
  readonly isComplete: boolean
  /** True when the end of the connection is the end of the body. */
  readonly endsWithConnection: boolean
  /** The next stretch of body in `bytes` from `at` on, perhaps empty, and where to go on. Takes at least one byte while not complete. */
  next(bytes: Uint8Array, at: number): { readonly piece: Uint8Array; readonly at: number }
}

const NOTHING = new Uint8Array(0)

/** The framing that a head announces. @throws response-invalid when it is contradictory or unknown */
export function framingOf(head: ResponseHead): BodyFraming {
  const length = head.headers['content-length']
  const coding = head.headers['transfer-encoding']
  if (head.status === 204 || head.status === 304) return new FixedLength(0)
  if (coding !== undefined) {
    if (length !== undefined) throw invalid('it has both a length and a transfer coding')
    if (coding.toLowerCase() !== 'chunked' || head.minorVersion === 0) {
      throw invalid('its transfer coding is not known')
    }
    return new Chunked()
  }
  if (length === undefined) return new UntilClose()
  if (!/^[0-9]{1,15}$/.test(length)) throw invalid('its length is no number')
  return new FixedLength(Number(length))
}

class FixedLength implements BodyFraming {
  readonly lengthBytes: number
  readonly endsWithConnection = false
  #left: number

  constructor(lengthBytes: number) {
    this.lengthBytes = lengthBytes
    this.#left = lengthBytes
  }

  get isComplete(): boolean {
    return this.#left === 0
  }

  next(bytes: Uint8Array, at: number): { piece: Uint8Array; at: number } {
    const piece = bytes.subarray(at, at + this.#left)
    this.#left -= piece.length
    return { piece, at: at + piece.length }
  }
}

class UntilClose implements BodyFraming {
  readonly lengthBytes = null
  readonly isComplete = false
  readonly endsWithConnection = true

  next(bytes: Uint8Array, at: number): { piece: Uint8Array; at: number } {
    return { piece: bytes.subarray(at), at: bytes.length }
  }
}

/** Longest line that announces a chunk, with extensions, and longest trailers. */
const LINE_BYTES_MAX = 1_024
const TRAILER_BYTES_MAX = 16 * 1024
const CR = 13
const LF = 10

/** Chunks as RFC 9112 has them. Extensions and trailers are read over: what counts is checked by digests. */
class Chunked implements BodyFraming {
  readonly lengthBytes = null
  readonly endsWithConnection = false
  #state: 'size' | 'data' | 'data-end' | 'trailer' | 'complete' = 'size'
  #line = ''
  #left = 0
  #trailerBytes = 0

  get isComplete(): boolean {
    return this.#state === 'complete'
  }

  next(bytes: Uint8Array, at: number): { piece: Uint8Array; at: number } {
    if (this.#state === 'data') {
      const piece = bytes.subarray(at, at + this.#left)
      this.#left -= piece.length
      if (this.#left === 0) this.#state = 'data-end'
      return { piece, at: at + piece.length }
    }
    let next = at
    while (next < bytes.length) {
      const byte = bytes[next] ?? 0
      next += 1
      if (this.#line.length > LINE_BYTES_MAX) throw invalid('a line between chunks is too long')
      this.#line += String.fromCharCode(byte)
      if (byte === LF) {
        this.#takeLine()
        break
      }
    }
    return { piece: NOTHING, at: next }
  }

  #takeLine(): void {
    const line = this.#line
    this.#line = ''
    if (line.charCodeAt(line.length - 2) !== CR) throw invalid('a line between chunks ends without CR')
    const text = line.slice(0, -2)
    if (this.#state === 'data-end') {
      if (text !== '') throw invalid('a chunk is longer than announced')
      this.#state = 'size'
    } else if (this.#state === 'size') {
      this.#takeSize(text)
    } else {
      this.#trailerBytes += line.length
      if (this.#trailerBytes > TRAILER_BYTES_MAX) throw invalid('the trailers are too long')
      if (text === '') this.#state = 'complete'
    }
  }

  #takeSize(text: string): void {
    const size = /^([0-9a-fA-F]{1,12})[ \t]*(?:;|$)/.exec(text)?.[1]
    if (size === undefined) throw invalid('the size of a chunk is no number')
    this.#left = Number.parseInt(size, 16)
    this.#state = this.#left === 0 ? 'trailer' : 'data'
  }
}
