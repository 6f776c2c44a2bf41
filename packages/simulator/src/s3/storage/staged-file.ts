import { FileSystem, OperatingError, type Task } from '@dr-drill/runbook-core'
import { TEMPORARY_DIRECTORY } from './layout.ts'

/** Bytes gathered before one write: network pieces are small, calls are not free. */
const WRITE_BYTES = 512 * 1024

/** A file below `/temporary` that grows until it is whole, then gets its real name by a rename. */
export class StagedFile {
  readonly path: string
  #sizeBytes = 0
  #written = 0
  #pending: Uint8Array[] = []
  #pendingBytes = 0
  #moved = false

  constructor(path: string) {
    this.path = path
  }

  /** Bytes appended so far. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Appends bytes; they must not change afterwards. */
  *append(bytes: Uint8Array): Task<void> {
    this.#pending.push(bytes)
    this.#pendingBytes += bytes.length
    this.#sizeBytes += bytes.length
    if (this.#pendingBytes >= WRITE_BYTES) yield* this.#flush()
  }

  /** Writes what is pending and syncs: the bytes survive power loss, under a name that means nothing yet. */
  *seal(): Task<void> {
    yield* this.#flush()
    yield* FileSystem.sync({ path: this.path })
  }

  /** Gives the file its real name. */
  *moveTo(path: string): Task<void> {
    yield* FileSystem.rename({ from: this.path, to: path })
    this.#moved = true
  }

  /** Removes the file unless it was moved to its real name. */
  *discard(): Task<void> {
    this.#pending = []
    if (this.#moved) return
    yield* FileSystem.remove({ path: this.path })
  }

  *#flush(): Task<void> {
    if (this.#pendingBytes === 0) return
    const bytes =
      this.#pending.length === 1
        ? (this.#pending[0] as Uint8Array)
        : joined(this.#pending, this.#pendingBytes)
    this.#pending = []
    this.#pendingBytes = 0
    yield* FileSystem.write({ path: this.path, offset: this.#written, bytes })
    this.#written += bytes.length
  }
}

function joined(pieces: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const whole = new Uint8Array(sizeBytes)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** Hands out staged files. What a crash left there is overwritten by name, and swept when a service starts. */
export class StagingArea {
  #count = 0;

  /** Removes what an earlier process left. */
  *sweep(): Task<void> {
    for (const { name, type } of yield* FileSystem.list({ path: TEMPORARY_DIRECTORY })) {
      if (type === 'file') yield* FileSystem.remove({ path: `${TEMPORARY_DIRECTORY}/${name}` })
    }
  }

  *begin(): Task<StagedFile> {
    this.#count += 1
    const path = `${TEMPORARY_DIRECTORY}/${this.#count}`
    try {
      yield* FileSystem.create({ path, mode: 0o644 })
    } catch (error) {
      if (!(error instanceof OperatingError) || error.code !== 'file-exists') throw error
      yield* FileSystem.truncate({ path, sizeBytes: 0 })
    }
    return new StagedFile(path)
  }

  /** A small file, whole and synced. */
  *whole(bytes: Uint8Array): Task<StagedFile> {
    const staged = yield* this.begin()
    yield* staged.append(bytes)
    yield* staged.seal()
    return staged
  }
}
