import type { CachedFile } from './cached-file.ts'
import type { Damage } from './damage.ts'

/** Permission bits and owners of an inode. */
export interface Attributes {
  /** Permission bits, e.g. 0o640. */
  readonly mode: number
  readonly owner: string
  readonly group: string
}

/** What every inode has: attributes as cached, and every value they had since they were last made durable, oldest first. */
interface Inode {
  attributes: Attributes
  olderAttributes: Attributes[]
}

/** A file. */
export interface FileNode extends Inode {
  readonly type: 'file'
  readonly data: CachedFile
  /** Bytes that the device returns wrongly. */
  damage: readonly Damage[]
  /** Names in the cached tree; power loss between the halves of a rename may leave two. */
  links: number
}

/** A directory: its names as cached and as durable. */
export interface DirectoryNode extends Inode {
  readonly type: 'directory'
  parent: DirectoryNode | null
  entries: Map<string, Node>
  /** Entries that survive power loss whatever is drawn. */
  durable: Map<string, Node>
}

/** Stands on a disk only where a test or a fault plants it: no port makes one, none follows one. */
export interface SymlinkNode extends Inode {
  readonly type: 'symlink'
  readonly target: string
}

/** Whatever a name stands for. */
export type Node = FileNode | DirectoryNode | SymlinkNode

/** An empty directory with nothing durable in it. */
export function directoryNode(attributes: Attributes, parent: DirectoryNode | null): DirectoryNode {
  return {
    type: 'directory',
    attributes,
    olderAttributes: [],
    parent,
    entries: new Map(),
    durable: new Map(),
  }
}

/** A file with these bytes and no name yet. */
export function fileNode(attributes: Attributes, data: CachedFile): FileNode {
  return { type: 'file', attributes, olderAttributes: [], data, damage: [], links: 0 }
}

/** Changes attributes in the cache only. */
export function setAttributes(node: Node, attributes: Attributes): void {
  node.olderAttributes.push(node.attributes)
  node.attributes = attributes
}
