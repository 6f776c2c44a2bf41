import type { Task } from '../effects/index.ts'
import { FileSystem } from '../ports/index.ts'
import { utf8Encode } from '../text/utf8.ts'

const BUFFER_LENGTH = 65_536

/** Writes lines to a file of its own in large pieces. The file is for this process only: it is not synced. */
export class LineWriter {
  readonly path: string
  #parts: string[] = []
  #length = 0
  #offset = 0

  constructor(path: string) {
    this.path = path
  }

  /** Makes the empty file, replacing what an earlier, interrupted judging left under this name. */
  *open(): Task<void> {
    yield* FileSystem.remove({ path: this.path })
    yield* FileSystem.create({ path: this.path, mode: 0o600 })
  }

  /** Buffers a line; true when `flush` is due. */
  add(line: string): boolean {
    this.#parts.push(line)
    this.#length += line.length + 1
    return this.#length >= BUFFER_LENGTH
  }

  *flush(): Task<void> {
    if (this.#parts.length === 0) return
    this.#parts.push('')
    const bytes = utf8Encode(this.#parts.join('\n'))
    this.#parts = []
    this.#length = 0
    yield* FileSystem.write({ path: this.path, offset: this.#offset, bytes })
    this.#offset += bytes.length
  }
}
