import { FileSystem, type Task } from '@dr-drill/runbook-core'

/** Directories remembered as durable; beyond this the memory starts anew, which costs fsyncs and nothing else. */
const KNOWN_MAX = 4096

/** Makes directories so that they survive power loss: each new name is synced in its parent before anything below it. */
export class Directories {
  readonly #durable = new Set<string>();

  /** Makes the directory and its missing parents; the root is taken for granted. */
  *ensure(path: string): Task<void> {
    if (path === '' || this.#durable.has(path)) return
    const parent = path.slice(0, path.lastIndexOf('/'))
    yield* this.ensure(parent)
    yield* FileSystem.makeDirectory({ path, mode: 0o755 })
    yield* FileSystem.syncDirectory({ path: parent === '' ? '/' : parent })
    if (this.#durable.size >= KNOWN_MAX) this.#durable.clear()
    this.#durable.add(path)
  }

  /** Forgets what lay at and below a path: it was removed. */
  forget(path: string): void {
    for (const known of this.#durable) {
      if (known === path || known.startsWith(`${path}/`)) this.#durable.delete(known)
    }
  }
}
