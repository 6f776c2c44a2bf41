import { OperatingError } from '@dr-drill/runbook-core'
import { NameJournal } from './name-journal.ts'
import { type DirectoryNode, directoryNode, type FileNode, type Node } from './node.ts'
import { escapes, splitPath } from './path.ts'
import { type Actor, demand } from './permissions.ts'

/** Space is given out in blocks of this size. */
export const BLOCK_BYTES = 4096

/** Where a path leads: the directory that would hold its last name, and what that name means now. */
export interface Place {
  readonly path: string
  readonly parent: DirectoryNode
  readonly name: string
  readonly node: Node | null
}

const blocksOf = (sizeBytes: number): number => Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES

/** The cached tree of one disk, the names that are not durable yet, and the space in use. */
export class DiskTree {
  readonly root: DirectoryNode
  readonly capacityBytes: number
  names = new NameJournal()
  usedBytes = 0
  /** See `SimulatedDiskOptions`. */
  lendsBytes = false
  /** Bytes that others have taken of the device. */
  takenBytes = 0
  /** Told of each path for which no space was left. */
  onFull: ((path: string) => void) | null = null

  constructor(capacityBytes: number, root?: DirectoryNode) {
    this.capacityBytes = capacityBytes
    this.root = root ?? directoryNode({ mode: 0o755, owner: 'root', group: 'root' }, null)
  }

  /**
   * Walks to a path as an actor; each directory on the way must be searchable.
   * @throws path-escapes-root, permission-denied, file-missing (a directory on the way)
   */
  place(actor: Actor, path: string): Place | null {
    const place = this.#walk(actor, path)
    if (typeof place !== 'string') return place
    throw missing(path, `no directory ${place} on the way to ${path}`)
  }

  /** What lies at a path, the root included; null also where a directory on the way is missing. @throws as `place` but for that */
  look(actor: Actor, path: string): Node | null {
    const place = this.#walk(actor, path)
    if (place === null) return this.root
    return typeof place === 'string' ? null : place.node
  }

  /** The place of a path, null for the root; the name of a directory that is missing on the way. */
  #walk(actor: Actor, path: string): Place | null | string {
    const names = splitPath(path)
    const last = names.at(-1)
    if (last === undefined) return null
    let parent = this.root
    for (let depth = 0; depth < names.length - 1; depth += 1) {
      const name = names[depth] as string
      demand(actor, parent, 'search', path)
      const next = parent.entries.get(name)
      if (next?.type === 'symlink') throw escapes(path, 'passes a symbolic link')
      if (next?.type !== 'directory') return name
      parent = next
    }
    demand(actor, parent, 'search', path)
    return { path, parent, name: last, node: parent.entries.get(last) ?? null }
  }

  /** What lies at a path, the root included. @throws as `place` */
  find(actor: Actor, path: string): Node | null {
    const place = this.place(actor, path)
    return place === null ? this.root : place.node
  }

  /** @throws file-missing; file-exists for a directory; path-escapes-root for a symbolic link */
  file(actor: Actor, path: string): FileNode {
    const node = this.inode(actor, path)
    if (node.type !== 'file') throw exists(path, `${path} is no file`)
    return node
  }

  /** @throws file-missing; file-exists for a file; path-escapes-root for a symbolic link */
  directory(actor: Actor, path: string): DirectoryNode {
    const node = this.inode(actor, path)
    if (node.type !== 'directory') throw exists(path, `${path} is no directory`)
    return node
  }

  /** What lies at a path and may be opened. @throws file-missing; path-escapes-root for a symbolic link */
  inode(actor: Actor, path: string): FileNode | DirectoryNode {
    const node = this.find(actor, path)
    if (node === null) throw missing(path, `nothing at ${path}`)
    if (node.type === 'symlink') throw escapes(path, 'is a symbolic link')
    return node
  }

  /** Gives a name to a node; what had the name before loses it. */
  link(parent: DirectoryNode, name: string, node: Node): void {
    this.#unlinkNode(parent.entries.get(name))
    parent.entries.set(name, node)
    if (node.type === 'directory') node.parent = parent
    else if (node.type === 'file') {
      node.links += 1
      if (node.links === 1) this.usedBytes += blocksOf(node.data.sizeBytes)
    }
  }

  unlink(parent: DirectoryNode, name: string): void {
    this.#unlinkNode(parent.entries.get(name))
    parent.entries.delete(name)
  }

  #unlinkNode(node: Node | undefined): void {
    if (node?.type !== 'file') return
    node.links -= 1
    if (node.links === 0) this.usedBytes -= blocksOf(node.data.sizeBytes)
  }

  get freeBytes(): number {
    return Math.max(0, this.capacityBytes - this.usedBytes - this.takenBytes)
  }

  /** Accounts for a file that changes its size; false when the blocks do not suffice. */
  resize(fromBytes: number, toBytes: number): boolean {
    const growth = blocksOf(toBytes) - blocksOf(fromBytes)
    if (growth > 0 && growth > this.freeBytes) return false
    this.usedBytes += growth
    return true
  }

  /** The largest size that a file of this size can grow to. */
  sizeMax(fromBytes: number): number {
    return blocksOf(fromBytes) + Math.floor(this.freeBytes / BLOCK_BYTES) * BLOCK_BYTES
  }

  /** After power loss: the durable tree is the tree. */
  adoptDurable(): void {
    const seen = new Set<Node>([this.root])
    this.usedBytes = 0
    for (const node of seen) {
      if (node.type === 'file') this.usedBytes += blocksOf(node.data.sizeBytes)
      if (node.type !== 'directory') continue
      node.entries = new Map(node.durable)
      for (const child of node.entries.values()) {
        if (child.type === 'directory') child.parent = node
        else if (child.type === 'file') child.links = seen.has(child) ? child.links + 1 : 1
        seen.add(child)
      }
    }
  }
}

/** The error of something that is not there. */
export function missing(path: string, message: string): OperatingError {
  return new OperatingError('file-missing', message, { subject: path })
}

/** The error of something else being in the way. */
export function exists(path: string, message: string): OperatingError {
  return new OperatingError('file-exists', message, { subject: path })
}
