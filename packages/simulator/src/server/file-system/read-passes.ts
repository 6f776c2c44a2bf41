import { closeSync } from 'node:fs'

/** A file that is being read from front to back. */
interface Pass {
  readonly path: string
  readonly descriptor: number
  /** Where the next read of the pass begins. */
  readonly offset: number
}

/** Passes left open; one that is given up half-way holds a descriptor until others push it out. */
const PASSES_MAX = 8

/**
 * Descriptors of files being read piece by piece, by the memory that is lent for it: walking to a file and opening it costs as much as
 * reading a piece does. A pass ends, and its descriptor is closed, with the end of the file.
 */
export class ReadPasses {
  /** A Map keeps insertion order: the first is the one unused for longest. */
  readonly #passes = new Map<ArrayBufferLike, Pass>()

  /** The descriptor of the pass that goes on here, now the caller's; null when there is none. */
  take(memory: ArrayBufferLike, path: string, offset: number): number | null {
    const pass = this.#passes.get(memory)
    if (pass === undefined) return null
    this.#passes.delete(memory)
    if (pass.path === path && pass.offset === offset) return pass.descriptor
    closeSync(pass.descriptor)
    return null
  }

  /** Takes a descriptor over until the pass goes on. */
  keep(memory: ArrayBufferLike, pass: Pass): void {
    const known = this.#passes.get(memory)
    if (known !== undefined) this.#drop(memory, known)
    this.#passes.set(memory, pass)
    for (const [oldest, other] of this.#passes) {
      if (this.#passes.size <= PASSES_MAX) break
      this.#drop(oldest, other)
    }
  }

  /** A file was removed: nothing of it is held on to. */
  forget(path: string): void {
    for (const [memory, pass] of this.#passes) if (pass.path === path) this.#drop(memory, pass)
  }

  /** Closes all. */
  close(): void {
    for (const [memory, pass] of this.#passes) this.#drop(memory, pass)
  }

  #drop(memory: ArrayBufferLike, pass: Pass): void {
    this.#passes.delete(memory)
    closeSync(pass.descriptor)
  }
}
