import { close, closeSync, fstatSync } from 'node:fs'

/** An open file that calls may share; closed when it has left the cache and its last user is done. */
interface OpenFile {
  readonly descriptor: number
  readonly device: bigint
  readonly inode: bigint
  users: number
  cached: boolean
}

/** Identity of a file: the same path may name another file later. */
export interface FileIdentity {
  readonly dev: bigint
  readonly ino: bigint
}

/**
 * Descriptors of files being written, by path, least recently used out first. Appends reuse the descriptor, and an fsync goes to
 * the one that wrote: Linux tells a write-back error to descriptors that were open when it happened.
 */
export class OpenFiles {
  readonly #limit: number
  /** A Map keeps insertion order: the first is the one unused for longest. */
  readonly #files = new Map<string, OpenFile>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Runs `use` with the descriptor for `path`: the cached one if it still is the file found there, else one from `open`. */
  async use<A>(
    path: string,
    found: FileIdentity | null,
    open: () => number,
    use: (descriptor: number) => Promise<A>,
  ): Promise<A> {
    const file = this.#take(path, found, open)
    file.users += 1
    try {
      return await use(file.descriptor)
    } finally {
      file.users -= 1
      if (!file.cached && file.users === 0) await closed(file.descriptor)
    }
  }

  /** Keeps the descriptor of a file that was just made: writes will follow. */
  add(path: string, descriptor: number): void {
    const known = this.#files.get(path)
    if (known !== undefined) this.#drop(path, known)
    this.#keep(path, descriptor)
  }

  /** Forgets a path and everything below it: it was renamed, replaced or removed. */
  forget(path: string): void {
    for (const [name, file] of this.#files) {
      if (name === path || name.startsWith(`${path}/`)) this.#drop(name, file)
    }
  }

  /** Forgets all. */
  close(): void {
    for (const [name, file] of this.#files) this.#drop(name, file)
  }

  #take(path: string, found: FileIdentity | null, open: () => number): OpenFile {
    const known = this.#files.get(path)
    if (known !== undefined) {
      if (found !== null && known.inode === found.ino && known.device === found.dev) {
        this.#files.delete(path)
        this.#files.set(path, known)
        return known
      }
      this.#drop(path, known)
    }
    return this.#keep(path, open())
  }

  #keep(path: string, descriptor: number): OpenFile {
    const { dev, ino } = fstatSync(descriptor, { bigint: true })
    const file: OpenFile = { descriptor, device: dev, inode: ino, users: 0, cached: true }
    this.#files.set(path, file)
    for (const [name, oldest] of this.#files) {
      if (this.#files.size <= this.#limit) break
      this.#drop(name, oldest)
    }
    return file
  }

  #drop(path: string, file: OpenFile): void {
    this.#files.delete(path)
    file.cached = false
    if (file.users === 0) closeSync(file.descriptor)
  }
}

function closed(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    close(descriptor, (error) => (error ? reject(error) : resolve()))
  })
}
