import { compareUtf8, FileSystem, OperatingError, type Task } from '@dr-drill/runbook-core'
import { segmentOf } from './key-path.ts'
import { type FileRole, objectsDirectory, parseFileName } from './layout.ts'

/** A file of a key, as its directory lists it. */
export interface KeyFile {
  readonly versionId: string
  readonly role: FileRole
}

/** A key and its files. */
export interface KeyEntry {
  readonly key: string
  readonly files: readonly KeyFile[]
}

/** Where a listing goes on: at a key, after it, or after all keys that begin with a text. */
export interface Bound {
  readonly text: string
  readonly mode: 'at' | 'after' | 'after-prefix'
}

interface Branch {
  /** The segment, with the slash that ends it when it is a directory: so that branches sort as their keys do. */
  readonly label: string
  readonly directory: string | null
  readonly files: KeyFile[]
}

interface Level {
  readonly prefix: string
  readonly branches: readonly Branch[]
  next: number
}

/**
 * Walks a bucket's keys in the order of their UTF-8 bytes, straight from the directories: what lies on the disk is what is
 * listed. Holds one directory per level in memory; skips what is outside the prefix or before the bound unread.
 */
export class KeyCursor {
  readonly #prefix: string
  readonly #levels: Level[] = []
  readonly #root: string
  #bound: Bound
  #started = false

  constructor(bucket: string, prefix: string, bound: Bound) {
    this.#root = objectsDirectory(bucket)
    this.#prefix = prefix
    this.#bound = bound
  }

  /** Goes on at a later place. */
  seek(bound: Bound): void {
    this.#bound = bound
  }

  /** The next key that has files; null at the end. */
  *next(): Task<KeyEntry | null> {
    if (!this.#started) {
      this.#started = true
      yield* this.#enter('', this.#root)
    }
    for (let level = this.#levels.at(-1); level !== undefined; level = this.#levels.at(-1)) {
      const branch = level.branches[level.next]
      if (branch === undefined || isTreeBelow(level.prefix, this.#bound)) {
        this.#levels.pop()
        continue
      }
      level.next += 1
      const key = level.prefix + branch.label
      if (branch.directory === null) {
        if (key.startsWith(this.#prefix) && !isKeyBelow(key, this.#bound)) return { key, files: branch.files }
      } else if (
        (key.startsWith(this.#prefix) || this.#prefix.startsWith(key)) &&
        !isTreeBelow(key, this.#bound)
      ) {
        yield* this.#enter(key, branch.directory)
      }
    }
    return null
  }

  *#enter(prefix: string, directory: string): Task<void> {
    const branches = new Map<string, Branch>()
    yield* gather(directory, [], branches)
    const sorted = [...branches.values()].sort((a, b) => compareUtf8(a.label, b.label))
    this.#levels.push({ prefix, branches: sorted, next: 0 })
  }
}

/** The branches of one level: names that continue in a directory of their own belong to the level they began in. */
function* gather(directory: string, pieces: readonly string[], branches: Map<string, Branch>): Task<void> {
  let entries: readonly { readonly name: string; readonly type: string }[]
  try {
    entries = yield* FileSystem.list({ path: directory })
  } catch (error) {
    // Removed since its parent was read.
    if (error instanceof OperatingError && error.code === 'file-missing') return
    throw error
  }
  for (const { name, type } of entries) {
    const path = `${directory}/${name}`
    if (type === 'directory' && name.endsWith('@')) {
      yield* gather(path, [...pieces, name.slice(0, -1)], branches)
    } else if (type === 'directory') {
      const segment = segmentOf([...pieces, name])
      if (segment !== null) {
        branches.set(`${segment}/`, { label: `${segment}/`, directory: path, files: [] })
      }
    } else if (type === 'file') {
      addFile(name, pieces, branches)
    }
  }
}

function addFile(name: string, pieces: readonly string[], branches: Map<string, Branch>): void {
  const parsed = parseFileName(name)
  if (parsed === null) return
  const segment = segmentOf([...pieces, parsed.stem])
  if (segment === null) return
  const branch = branches.get(segment) ?? { label: segment, directory: null, files: [] }
  branches.set(segment, branch)
  branch.files.push({ versionId: parsed.versionId, role: parsed.role })
}

/** True when the bound lies after this key. */
function isKeyBelow(key: string, bound: Bound): boolean {
  if (bound.mode === 'after-prefix' && key.startsWith(bound.text)) return true
  const order = compareUtf8(key, bound.text)
  return order < 0 || (order === 0 && bound.mode === 'after')
}

/** True when the bound lies after every key that begins with `prefix`. */
function isTreeBelow(prefix: string, bound: Bound): boolean {
  if (bound.mode === 'after-prefix' && prefix.startsWith(bound.text)) return true
  return compareUtf8(prefix, bound.text) < 0 && !bound.text.startsWith(prefix)
}
