import { DiskTree } from './disk-tree.ts'
import type { DirectoryNode, Node } from './node.ts'

/** A copy of a tree: nodes are new, bytes are shared until either side writes. */
export function forkTree(tree: DiskTree): DiskTree {
  const copies = new Map<Node, Node>()
  const copyOf = (node: Node): Node => {
    const known = copies.get(node)
    if (known !== undefined) return known
    const copy: Node =
      node.type === 'file'
        ? { ...node, olderAttributes: [...node.olderAttributes], data: node.data.fork() }
        : { ...node, olderAttributes: [...node.olderAttributes] }
    copies.set(node, copy)
    if (copy.type === 'directory' && node.type === 'directory') {
      copy.entries = copyEntries(node.entries, copyOf)
      copy.durable = copyEntries(node.durable, copyOf)
      copy.parent = node.parent && (copyOf(node.parent) as DirectoryNode)
    }
    return copy
  }
  const copy = new DiskTree(tree.capacityBytes, copyOf(tree.root) as DirectoryNode)
  copy.names = tree.names.fork(copyOf)
  copy.usedBytes = tree.usedBytes
  copy.lendsBytes = tree.lendsBytes
  copy.takenBytes = tree.takenBytes
  return copy
}

function copyEntries(entries: ReadonlyMap<string, Node>, copyOf: (node: Node) => Node): Map<string, Node> {
  return new Map([...entries].map(([name, node]) => [name, copyOf(node)]))
}
