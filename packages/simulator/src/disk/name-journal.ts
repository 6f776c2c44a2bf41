import type { RandomStream } from '../kernel/random-stream.ts'
import type { DirectoryNode, Node } from './node.ts'

/** One entry of one directory gets another meaning; null: the name is gone. */
export interface NameChange {
  readonly directory: DirectoryNode
  readonly name: string
  readonly node: Node | null
}

/**
 * A change of names since the last fsync of the directories concerned: a half that is durable is null. A rename has both halves and
 * never loses its file: its `unlink` is durable only where its `link` is.
 */
interface NameOperation {
  link: NameChange | null
  unlink: NameChange | null
  /** What gets a name; null for a removal. */
  readonly node: Node | null
  /** Of a rename: the directory that has the new name. */
  readonly movedTo: DirectoryNode | null
}

/** Names changed in the cache, in order, and which of them are durable. */
export class NameJournal {
  #pending: NameOperation[] = []

  /** Operations that power loss may still undo. */
  get length(): number {
    return this.#pending.length
  }

  /** A journal with the same operations on other nodes (a forked disk's). */
  fork(nodeOf: (node: Node) => Node): NameJournal {
    const mapped = (change: NameChange | null): NameChange | null =>
      change && {
        directory: nodeOf(change.directory) as DirectoryNode,
        name: change.name,
        node: change.node && nodeOf(change.node),
      }
    const copy = new NameJournal()
    copy.#pending = this.#pending.map(({ link, unlink, node, movedTo }) => ({
      link: mapped(link),
      unlink: mapped(unlink),
      node: node && nodeOf(node),
      movedTo: movedTo && (nodeOf(movedTo) as DirectoryNode),
    }))
    return copy
  }

  /** The pending changes in order, for a digest of the state. */
  *changes(): Iterable<NameChange> {
    for (const { link, unlink } of this.#pending) {
      if (link !== null) yield link
      if (unlink !== null) yield unlink
    }
  }

  link(directory: DirectoryNode, name: string, node: Node): void {
    this.#pending.push({ link: { directory, name, node }, unlink: null, node, movedTo: null })
  }

  unlink(directory: DirectoryNode, name: string): void {
    this.#pending.push({ link: null, unlink: { directory, name, node: null }, node: null, movedTo: null })
  }

  move(from: DirectoryNode, fromName: string, to: DirectoryNode, toName: string, node: Node): void {
    this.#pending.push({
      link: { directory: to, name: toName, node },
      unlink: { directory: from, name: fromName, node: null },
      node,
      movedTo: to,
    })
  }

  /** Makes one name durable by itself, over whatever was pending for it. */
  settle(directory: DirectoryNode, name: string, node: Node): void {
    this.link(directory, name, node)
    this.#commitLink(this.#pending.at(-1) as NameOperation)
    this.#pending = this.#pending.filter(({ link, unlink }) => link !== null || unlink !== null)
  }

  /** fsync of a directory: all its entries are durable as cached, and with a rename's old name its new one. */
  sync(directory: DirectoryNode): void {
    for (const operation of this.#pending) {
      if (operation.unlink?.directory === directory && operation.movedTo !== null) this.#commitMove(operation)
      if (operation.link?.directory === directory) this.#commitLink(operation)
      if (operation.unlink?.directory === directory) {
        if (operation.movedTo === null) this.#emptyBeforeRemoval(operation.unlink)
        apply(operation.unlink)
        operation.unlink = null
      }
    }
    this.#pending = this.#pending.filter(({ link, unlink }) => link !== null || unlink !== null)
  }

  /** A directory goes only when it is empty: what had moved out of it is durable at its new place first. */
  #emptyBeforeRemoval({ directory, name }: NameChange): void {
    const removed = directory.durable.get(name)
    if (removed?.type === 'directory') this.sync(removed)
  }

  /** Before an old name may go, the new one is durable and can be reached. */
  #commitMove(operation: NameOperation): void {
    if (operation.link !== null) this.#commitLink(operation)
    if (operation.movedTo !== operation.unlink?.directory) this.#commitNameOf(operation.movedTo)
  }

  #commitLink(operation: NameOperation): void {
    const link = operation.link as NameChange
    operation.link = null
    this.#overtake(operation, link)
    if (operation.node?.type === 'directory') this.#dropOlderNames(operation, link)
  }

  /** A directory has one name at any time: with the new one durable, all that it had before are gone. */
  #dropOlderNames(operation: NameOperation, { directory }: NameChange): void {
    if (operation.movedTo !== null) this.#commitNameOf(directory)
    for (const earlier of this.#pending) {
      if (earlier.node === operation.node && earlier.unlink !== null) {
        this.#overtake(earlier, earlier.unlink)
        earlier.unlink = null
      }
      if (earlier === operation) return
    }
  }

  #commitNameOf(directory: DirectoryNode | null): void {
    if (directory === null) return
    const naming = this.#pending.findLast(({ node, link }) => node === directory && link !== null)
    if (naming !== undefined) this.#commitLink(naming)
    this.#commitNameOf(directory.parent)
  }

  /** Makes a change durable; what its entry was to mean earlier can no longer come back. */
  #overtake(operation: NameOperation, change: NameChange): void {
    apply(change)
    for (const earlier of this.#pending) {
      if (earlier === operation) break
      if (isSameEntry(earlier.link, change)) earlier.link = null
      if (isSameEntry(earlier.unlink, change)) earlier.unlink = null
    }
  }

  /** Power loss: the first `count` operations have survived, whole and in order, as a journalling file system has it. */
  keepFirst(count: number): void {
    for (const { link, unlink } of this.#pending.slice(0, count)) {
      if (link !== null) apply(link)
      if (unlink !== null) apply(unlink)
    }
    this.#pending = []
  }

  /** Power loss: any subset has survived, entry by entry; of a rename perhaps both names. */
  keepSome(random: RandomStream, root: DirectoryNode): void {
    for (const operation of this.#pending) {
      if (random.chance(1, 2)) keepOne(operation, random, root)
    }
    this.#pending = []
  }
}

function keepOne(operation: NameOperation, random: RandomStream, root: DirectoryNode): void {
  const { link, unlink } = operation
  const replaced = link?.directory.durable.get(link.name)
  // Only empty directories are replaced or removed: an entry whose own removal was lost keeps its directory.
  if (replaced?.type === 'directory' && replaced !== link?.node && replaced.durable.size > 0) return
  if (link?.node?.type === 'directory' && unlink !== null) {
    moveDirectory(link, link.node, root)
    return
  }
  if (link !== null) apply(link)
  if (unlink === null) return
  if (operation.movedTo === null) {
    const removed = unlink.directory.durable.get(unlink.name)
    if (removed?.type === 'directory' && removed.durable.size > 0) return
  } else {
    const crosses = operation.movedTo !== unlink.directory
    if (crosses && !reachable(root).has(operation.movedTo)) return
    if (random.chance(1, 4)) return
  }
  apply(unlink)
}

/** Moves a directory in the durable tree, unless it would come to lie within itself or out of reach. */
function moveDirectory(link: NameChange, moved: DirectoryNode, root: DirectoryNode): void {
  const all = reachable(root)
  if (!all.has(link.directory) || reachable(moved).has(link.directory)) return
  for (const directory of all) {
    for (const [name, node] of directory.durable) if (node === moved) directory.durable.delete(name)
  }
  apply(link)
}

/** Directories that durable names lead to, the given one included. */
function reachable(from: DirectoryNode): Set<DirectoryNode> {
  const found = new Set([from])
  for (const directory of found) {
    for (const node of directory.durable.values()) if (node.type === 'directory') found.add(node)
  }
  return found
}

function apply(change: NameChange): void {
  if (change.node === null) change.directory.durable.delete(change.name)
  else change.directory.durable.set(change.name, change.node)
}

function isSameEntry(change: NameChange | null, other: NameChange): boolean {
  return change !== null && change.directory === other.directory && change.name === other.name
}
