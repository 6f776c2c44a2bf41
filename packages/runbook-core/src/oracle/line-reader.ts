import type { Task } from '../effects/index.ts'
import { OperatingError } from '../errors/index.ts'
import { FileSystem } from '../ports/index.ts'
import { utf8Decode, utf8Encode } from '../text/utf8.ts'
import type { Pull } from './pull.ts'

/** Longest line of a ledger or readback, in bytes: a hostile file without line ends must not fill the memory. */
export const LINE_BYTES_MAX = 65_536
const CHUNK_BYTES = 65_536
const NEWLINE = 0x0a

/** One line of a file. */
export interface Line {
  readonly text: string
  /** 1-based. */
  readonly number: number
  /** False for a last line that its writer did not end: it may have been cut off. */
  readonly terminated: boolean
}

/** Lines of a file, read in pieces through the FileSystem port: memory is one piece and one line, whatever the file's size. */
export class LineReader implements Pull<Line> {
  readonly #path: string
  readonly #lineBytesMax: number
  readonly #chunkBytes: number
  #texts: readonly string[] = []
  #index = 0
  #number = 0
  #offset = 0
  #rest = new Uint8Array(0)
  #ended = false
  #unterminated = false

  constructor(path: string, options: { readonly lineBytesMax?: number; readonly chunkBytes?: number } = {}) {
    this.#path = path
    this.#lineBytesMax = options.lineBytesMax ?? LINE_BYTES_MAX
    this.#chunkBytes = options.chunkBytes ?? CHUNK_BYTES
  }

  next(): Line | undefined {
    const text = this.#texts[this.#index]
    if (text === undefined) return undefined
    this.#index += 1
    this.#number += 1
    // No UTF-16 unit takes more than three bytes, so only long lines need counting.
    if (text.length * 3 > this.#lineBytesMax && utf8Encode(text).length > this.#lineBytesMax) {
      throw this.#tooLong(this.#number)
    }
    const last = this.#unterminated && this.#index === this.#texts.length
    return { text, number: this.#number, terminated: !last }
  }

  *more(): Task<boolean> {
    while (this.#index >= this.#texts.length) {
      if (this.#ended) return false
      const chunk = yield* FileSystem.read({
        path: this.#path,
        offset: this.#offset,
        length: this.#chunkBytes,
      })
      this.#offset += chunk.length
      if (chunk.length === 0) this.#end()
      else this.#accept(chunk)
    }
    return true
  }

  #accept(chunk: Uint8Array): void {
    const end = chunk.lastIndexOf(NEWLINE)
    const pending = joined(this.#rest, end < 0 ? chunk : chunk.subarray(0, end))
    this.#index = 0
    if (end < 0) {
      this.#texts = []
      this.#rest = pending
    } else {
      this.#texts = this.#decode(pending)
      this.#rest = chunk.slice(end + 1)
    }
    if (this.#rest.length > this.#lineBytesMax) throw this.#tooLong(this.#number + this.#texts.length + 1)
  }

  #end(): void {
    this.#ended = true
    this.#unterminated = this.#rest.length > 0
    this.#index = 0
    this.#texts = this.#unterminated ? this.#decode(this.#rest) : []
    this.#rest = new Uint8Array(0)
  }

  #decode(bytes: Uint8Array): readonly string[] {
    try {
      return utf8Decode(bytes).split('\n')
    } catch (cause) {
      throw this.#invalid(this.#number + 1 + linesBeforeBadBytes(bytes), 'is not UTF-8', cause)
    }
  }

  #tooLong(number: number): OperatingError {
    return new OperatingError(
      'input-too-large',
      `line ${number} is longer than ${this.#lineBytesMax} bytes`,
      { subject: `${this.#path}:${number}` },
    )
  }

  #invalid(number: number, what: string, cause: unknown): OperatingError {
    return new OperatingError('input-invalid', `line ${number} ${what}`, {
      subject: `${this.#path}:${number}`,
      cause,
    })
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + second.length)
  all.set(first)
  all.set(second, first.length)
  return all
}

/** How many whole lines can be decoded before the first that cannot. */
function linesBeforeBadBytes(bytes: Uint8Array): number {
  let count = 0
  for (let start = 0; start <= bytes.length; count += 1) {
    const found = bytes.indexOf(NEWLINE, start)
    const end = found < 0 ? bytes.length : found
    try {
      utf8Decode(bytes.subarray(start, end))
    } catch {
      return count
    }
    start = end + 1
  }
  return count
}
