import { compareUtf8, type RunningDigest, utf8Encode } from '@dr-drill/runbook-core'
import type { DiskTree } from './disk-tree.ts'
import type { DirectoryNode, Node } from './node.ts'

/** Feeds the whole state of a tree to a digest, in an order that depends on the state only, and ends it. */
export function digestTree(tree: DiskTree, digest: RunningDigest): string {
  const numbers = new Map<Node, number>()
  const queue: Node[] = []
  const numberOf = (node: Node | null): number => {
    if (node === null) return -1
    const known = numbers.get(node)
    if (known !== undefined) return known
    numbers.set(node, numbers.size)
    queue.push(node)
    return numbers.size - 1
  }
  const text = (...parts: readonly (string | number)[]) =>
    digest.update(utf8Encode(`${JSON.stringify(parts)}\n`))
  text('disk', tree.capacityBytes, tree.usedBytes, numberOf(tree.root))
  for (const change of tree.names.changes()) {
    text('pending', numberOf(change.directory), change.name, numberOf(change.node))
  }
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    text(node.type, JSON.stringify([node.attributes, node.olderAttributes]))
    if (node.type === 'symlink') text(node.target)
    else if (node.type === 'directory') {
      for (const [name, child] of sorted(node, 'entries')) text('entry', name, numberOf(child))
      for (const [name, child] of sorted(node, 'durable')) text('durable', name, numberOf(child))
    } else {
      for (const { offset, mask } of node.damage) text('damage', offset, mask.join())
      node.data.digest(digest)
    }
  }
  return digest.hex()
}

function sorted(directory: DirectoryNode, which: 'entries' | 'durable'): [string, Node][] {
  return [...directory[which]].sort(([a], [b]) => compareUtf8(a, b))
}
