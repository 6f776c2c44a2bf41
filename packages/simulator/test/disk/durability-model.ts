import { SECTOR_BYTES, type SynchronousFileSystem } from '@dr-drill/simulator'
import type { FileSystemCall } from '../conformance/file-system-calls.ts'

interface Inode {
  readonly kind: 'file' | 'directory'
  /** Every mode since the last fsync of this inode. */
  modes: number[]
}
interface FileInode extends Inode {
  readonly kind: 'file'
  /** Every content since the last fsync, that one first. */
  snapshots: Uint8Array[]
}
interface DirectoryInode extends Inode {
  readonly kind: 'directory'
  readonly entries: Map<string, FileInode | DirectoryInode>
  /** Every meaning of a name since the last fsync of the directory, for names that changed since. */
  readonly meanings: Map<string, Set<FileInode | DirectoryInode | null>>
}

/**
 * What power loss may leave, in the plainest form: each file keeps every content since its last fsync, each directory every meaning
 * of each name since its last fsync. A superset of what a disk does: it knows no order between names.
 */
export class DurabilityModel {
  readonly #root: DirectoryInode = directoryInode(0o755)

  /** Takes over a call that has succeeded on the disk. */
  apply({ method, input }: FileSystemCall): void {
    const given = input as Record<'path' | 'from' | 'to', string> &
      Record<'mode' | 'offset' | 'sizeBytes', number>
    if (method === 'rename') {
      const node = this.#at(given.from)
      if (node === null || node === this.#at(given.to)) return
      this.#name(given.to, node)
      this.#name(given.from, null)
      return
    }
    const node = this.#at(given.path)
    if (method === 'create')
      this.#name(given.path, { kind: 'file', modes: [given.mode], snapshots: [new Uint8Array()] })
    else if (method === 'makeDirectory' && node === null) this.#name(given.path, directoryInode(given.mode))
    else if ((method === 'remove' || method === 'removeDirectory') && node !== null)
      this.#name(given.path, null)
    else if (method === 'setMode') node?.modes.push(given.mode)
    else if (method === 'syncDirectory' && node?.kind === 'directory') {
      node.meanings.clear()
      node.modes = node.modes.slice(-1)
    } else if (node?.kind === 'file')
      this.#change(node, method, given, (input as { bytes: Uint8Array }).bytes)
  }

  #change(
    file: FileInode,
    method: string,
    { offset, sizeBytes }: { offset: number; sizeBytes: number },
    bytes: Uint8Array,
  ): void {
    const now = file.snapshots.at(-1) as Uint8Array
    if (method === 'sync') {
      file.snapshots = [now]
      file.modes = file.modes.slice(-1)
    } else if (method === 'write' && bytes.length > 0) {
      const next = new Uint8Array(Math.max(now.length, offset + bytes.length))
      next.set(now)
      next.set(bytes, offset)
      file.snapshots.push(next)
    } else if (method === 'truncate') {
      const next = new Uint8Array(sizeBytes)
      next.set(now.subarray(0, sizeBytes))
      file.snapshots.push(next)
    }
  }

  #at(path: string): FileInode | DirectoryInode | null {
    let node: FileInode | DirectoryInode | undefined = this.#root
    for (const name of namesOf(path)) {
      if (node?.kind !== 'directory') return null
      node = node.entries.get(name)
    }
    return node ?? null
  }

  #name(path: string, node: FileInode | DirectoryInode | null): void {
    const names = namesOf(path)
    const name = names.pop() as string
    const parent = this.#at(`/${names.join('/')}`) as DirectoryInode
    const meanings = parent.meanings.get(name) ?? new Set([parent.entries.get(name) ?? null])
    parent.meanings.set(name, meanings.add(node))
    if (node === null) parent.entries.delete(name)
    else parent.entries.set(name, node)
  }

  /** Null when the disk's state is one that power loss may leave; else what is wrong with it. */
  objection(disk: SynchronousFileSystem): string | null {
    return objectionToDirectory(disk, '/', this.#root)
  }

  /** The content of a file that never moved, as of its last fsync. */
  durableContent(path: string): Uint8Array {
    const node = this.#at(path)
    if (node?.kind !== 'file') throw new Error(`no file at ${path}`)
    return node.snapshots[0] as Uint8Array
  }
}

function directoryInode(mode: number): DirectoryInode {
  return { kind: 'directory', modes: [mode], entries: new Map(), meanings: new Map() }
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.')
}

function objectionTo(
  disk: SynchronousFileSystem,
  path: string,
  meaning: FileInode | DirectoryInode | null,
): string | null {
  const stat = disk.stat({ path })
  if (stat === null || meaning === null) {
    return stat === null && meaning === null ? null : `${path} is ${stat === null ? 'gone' : 'there'}`
  }
  if (stat.type !== meaning.kind) return `${path} is a ${stat.type}`
  if (!meaning.modes.includes(stat.mode)) return `${path} has mode ${stat.mode.toString(8)}`
  if (meaning.kind === 'directory') return objectionToDirectory(disk, path, meaning)
  const bytes = disk.read({ path, offset: 0, length: stat.sizeBytes })
  if (!meaning.snapshots.some((snapshot) => snapshot.length === bytes.length)) {
    return `${path} has ${bytes.length} bytes`
  }
  for (let from = 0; from < bytes.length; from += SECTOR_BYTES) {
    const to = Math.min(bytes.length, from + SECTOR_BYTES)
    const isOneOf = meaning.snapshots.some((snapshot) => sameRange(bytes, snapshot, from, to))
    if (!isOneOf) return `${path} has foreign bytes in [${from}, ${to})`
  }
  return null
}

function objectionToDirectory(
  disk: SynchronousFileSystem,
  path: string,
  directory: DirectoryInode,
): string | null {
  const listed = disk.list({ path }).map((entry) => entry.name)
  for (const name of new Set([...listed, ...directory.entries.keys(), ...directory.meanings.keys()])) {
    const meanings = [...(directory.meanings.get(name) ?? [directory.entries.get(name) ?? null])]
    const objections = meanings.map((meaning) =>
      objectionTo(disk, path === '/' ? `/${name}` : `${path}/${name}`, meaning),
    )
    if (!objections.includes(null)) return objections.join('; ')
  }
  return null
}

/** Equal bytes, a snapshot being zero beyond its end. */
function sameRange(bytes: Uint8Array, snapshot: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (bytes[at] !== (snapshot[at] ?? 0)) return false
  return true
}
