import { compareUtf8, type FileStat, type FileSystemContract, OperatingError } from '@dr-drill/runbook-core'

type Entry = { type: 'file'; bytes: number[]; mode: number } | { type: 'directory'; mode: number }

/** What the port does on a tree of files, written as plainly as can be: a map from full path to bytes. Nothing is durable here. */
export class ReferenceFileSystem {
  readonly #entries = new Map<string, Entry>([['', { type: 'directory', mode: 0o755 }]])

  /** Performs one call and answers its value, or the code of its error. */
  perform(method: keyof FileSystemContract, input: unknown): unknown {
    try {
      const call = this[method as 'read'].bind(this) as (given: unknown) => unknown
      return call(input)
    } catch (error) {
      if (error instanceof OperatingError) return error.code
      throw error
    }
  }

  /** The path in one spelling, `` for the root; its parents must be directories. */
  #key(path: string): string {
    const names = path.split('/').filter((name) => name !== '' && name !== '.')
    if (names.includes('..') || !path.startsWith('/')) fail('path-escapes-root')
    for (let depth = 1; depth < names.length; depth += 1) {
      if (this.#at(names.slice(0, depth))?.type !== 'directory') fail('file-missing')
    }
    return names.map((name) => `/${name}`).join('')
  }

  #at(names: readonly string[]): Entry | undefined {
    return this.#entries.get(names.map((name) => `/${name}`).join(''))
  }

  #file(path: string): Extract<Entry, { type: 'file' }> {
    const entry = this.#entries.get(this.#key(path)) ?? fail('file-missing')
    return entry.type === 'file' ? entry : fail('file-exists')
  }

  #childrenOf(key: string): string[] {
    return [...this.#entries.keys()].filter((other) => other !== '' && parentOf(other) === key)
  }

  stat({ path }: { path: string }): Partial<FileStat> | null {
    try {
      const entry = this.#entries.get(this.#key(path))
      if (entry === undefined) return null
      const { type, mode } = entry
      return entry.type === 'file' ? { type, mode, sizeBytes: entry.bytes.length } : { type, mode }
    } catch (error) {
      if ((error as OperatingError).code === 'file-missing') return null
      throw error
    }
  }

  list({ path }: { path: string }): unknown {
    const key = this.#key(path)
    const entry = this.#entries.get(key) ?? fail('file-missing')
    if (entry.type === 'file') fail('file-exists')
    return this.#childrenOf(key)
      .map((child) => ({ name: child.slice(key.length + 1), type: this.#entries.get(child)?.type }))
      .sort((a, b) => compareUtf8(a.name, b.name))
  }

  read({ path, offset, length }: { path: string; offset: number; length: number }): unknown {
    return this.#file(path).bytes.slice(offset, offset + length)
  }

  create({ path, mode }: { path: string; mode: number }): void {
    const key = this.#key(path)
    if (this.#entries.has(key)) fail('file-exists')
    this.#entries.set(key, { type: 'file', bytes: [], mode })
  }

  write({ path, offset, bytes }: { path: string; offset: number; bytes: Uint8Array }): void {
    const file = this.#file(path)
    if (bytes.length === 0) return
    while (file.bytes.length < offset) file.bytes.push(0)
    bytes.forEach((byte, index) => {
      file.bytes[offset + index] = byte
    })
  }

  truncate({ path, sizeBytes }: { path: string; sizeBytes: number }): void {
    const file = this.#file(path)
    file.bytes.length = Math.min(file.bytes.length, sizeBytes)
    while (file.bytes.length < sizeBytes) file.bytes.push(0)
  }

  sync({ path }: { path: string }): void {
    this.#file(path)
  }

  syncDirectory({ path }: { path: string }): void {
    const entry = this.#entries.get(this.#key(path)) ?? fail('file-missing')
    if (entry.type === 'file') fail('file-exists')
  }

  rename({ from, to }: { from: string; to: string }): void {
    const [source, target] = [this.#key(from), this.#key(to)]
    const moved = this.#entries.get(source) ?? fail('file-missing')
    if (source === target) return
    if (target.startsWith(`${source}/`)) fail('input-invalid')
    const replaced = this.#entries.get(target)
    if (replaced !== undefined && replaced.type !== moved.type) fail('file-exists')
    if (replaced?.type === 'directory' && this.#childrenOf(target).length > 0) fail('file-exists')
    for (const [key, entry] of [...this.#entries]) {
      if (key !== source && !key.startsWith(`${source}/`)) continue
      this.#entries.delete(key)
      this.#entries.set(target + key.slice(source.length), entry)
    }
  }

  remove({ path }: { path: string }): void {
    this.#removeIf(path, 'file')
  }

  removeDirectory({ path }: { path: string }): void {
    this.#removeIf(path, 'directory')
  }

  #removeIf(path: string, type: Entry['type']): void {
    if (this.stat({ path }) === null) return
    const key = this.#key(path)
    if (this.#entries.get(key)?.type !== type || this.#childrenOf(key).length > 0) fail('file-exists')
    this.#entries.delete(key)
  }

  makeDirectory({ path, mode }: { path: string; mode: number }): void {
    const key = this.#key(path)
    const entry = this.#entries.get(key)
    if (entry?.type === 'file') fail('file-exists')
    if (entry === undefined) this.#entries.set(key, { type: 'directory', mode })
  }

  setMode({ path, mode }: { path: string; mode: number }): void {
    const entry = this.#entries.get(this.#key(path)) ?? fail('file-missing')
    entry.mode = mode
  }
}

function parentOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/'))
}

function fail(code: OperatingError['code']): never {
  throw new OperatingError(code, code)
}
