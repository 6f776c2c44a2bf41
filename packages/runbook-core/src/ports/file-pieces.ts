import { Deferred, type Fiber, fork, join, type Task } from '../effects/index.ts'
import { OperatingError } from '../errors/index.ts'
import { FileSystem } from './file-system.ts'

/** Bytes of a piece: they stay in a processor's cache between being read and being looked at. A multiple of 64 KiB. */
export const PIECE_BYTES = 512 * 1024

/** Which part of a file to read. */
export interface FileRange {
  readonly path: string
  readonly offset?: number
  /** Where to stop. The file has to reach so far; null reads until it ends. */
  readonly end: number | null
}

/** Pieces that are read into whatever memory the file system answers with; from then on it is worth having memory of one's own. */
const ANSWERED_PIECES = 2

/**
 * Reads a file from front to back: the next piece is being read while the caller looks at this one. However long the file, it takes
 * four pieces of memory; a file of one or two takes what these need.
 */
export class FilePieces {
  readonly #path: string
  readonly #end: number | null
  /** Where the next read begins. */
  #offset: number
  /** Two pieces, made when the file proves longer than two; the one that is read into changes with each read. */
  #memory: Uint8Array | null = null
  #half = 0
  #begun = 0
  #ahead: Fiber<Uint8Array> | null = null
  #isOver = false

  constructor(range: FileRange) {
    this.#path = range.path
    this.#offset = range.offset ?? 0
    this.#end = range.end
  }

  /**
   * The next bytes, `PIECE_BYTES` of them but at the end; null when there are no more. They hold until `next` is called again.
   * @throws input-output when the file ends before the range does; what the disk throws
   */
  *next(): Task<Uint8Array | null> {
    if (this.#isOver) return null
    const wanted = this.#length()
    if (wanted === 0) {
      this.#isOver = true
      return null
    }
    const bytes = this.#ahead === null ? yield* this.#read(wanted) : yield* join(this.#ahead)
    this.#ahead = null
    this.#offset += bytes.length
    if (bytes.length < wanted) {
      this.#isOver = true
      if (this.#end !== null) throw shortened(this.#path)
      return bytes.length === 0 ? null : bytes
    }
    const next = this.#length()
    if (next > 0) yield* this.#readAhead(next)
    return bytes
  }

  /** Goes on once the read has been asked for: a fiber only begins when the one that forked it waits. */
  *#readAhead(length: number): Task<void> {
    const begun = new Deferred<null>()
    const read = this.#read(length)
    function* ahead(): Task<Uint8Array> {
      begun.succeed(null)
      return yield* read
    }
    this.#ahead = yield* fork(ahead(), 'read-ahead')
    yield* begun.wait()
  }

  #length(): number {
    return this.#end === null ? PIECE_BYTES : Math.min(PIECE_BYTES, this.#end - this.#offset)
  }

  *#read(length: number): Task<Uint8Array> {
    const input = { path: this.#path, offset: this.#offset, length }
    this.#begun += 1
    if (this.#begun <= ANSWERED_PIECES) return yield* FileSystem.read(input)
    this.#memory ??= new Uint8Array(2 * PIECE_BYTES)
    this.#half = 1 - this.#half
    const from = this.#half * PIECE_BYTES
    return yield* FileSystem.read({ ...input, into: this.#memory.subarray(from, from + length) })
  }
}

const shortened = (path: string): OperatingError =>
  new OperatingError('input-output', `${path} became shorter while it was read`, { subject: path })
