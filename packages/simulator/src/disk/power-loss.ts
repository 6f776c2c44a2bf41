import { compareUtf8 } from '@dr-drill/runbook-core'
import type { RandomStream } from '../kernel/random-stream.ts'
import type { DiskTree } from './disk-tree.ts'
import type { DirectoryNode, FileNode, Node } from './node.ts'

/**
 * Which of the permitted states power loss leaves: `nothing` that was not fsynced, `everything`, or a `mixture` drawn name by name
 * and sector by sector.
 */
export type PowerLossStyle = 'nothing' | 'everything' | 'mixture'

/** Draws a style: each extreme in one of four cases. */
export function drawStyle(random: RandomStream): PowerLossStyle {
  return random.pick(['nothing', 'everything', 'mixture', 'mixture'])
}

/** Replaces the cached state by a permitted durable one. */
export function losePower(tree: DiskTree, style: PowerLossStyle, random: RandomStream): void {
  settleNames(tree, style, random.split('names'))
  tree.adoptDurable()
  // Files are settled after the names: one that no name leads to is gone, whatever its bytes.
  settleDirectory(tree.root, '', style, random)
  tree.adoptDurable()
}

function settleNames(tree: DiskTree, style: PowerLossStyle, random: RandomStream): void {
  const { names } = tree
  if (style === 'nothing') names.keepFirst(0)
  else if (style === 'everything') names.keepFirst(names.length)
  else if (random.chance(1, 2)) names.keepFirst(random.integer(0, names.length))
  else names.keepSome(random, tree.root)
}

function settleDirectory(
  directory: DirectoryNode,
  path: string,
  style: PowerLossStyle,
  random: RandomStream,
): void {
  settleAttributes(directory, style, () => random.split(`attributes:${path}/`))
  const entries = [...directory.entries].sort(([a], [b]) => compareUtf8(a, b))
  for (const [name, node] of entries) {
    const below = `${path}/${name}`
    if (node.type === 'directory') settleDirectory(node, below, style, random)
    else if (node.type === 'file') settleFile(node, below, style, random)
  }
}

function settleFile(file: FileNode, path: string, style: PowerLossStyle, random: RandomStream): void {
  settleAttributes(file, style, () => random.split(`attributes:${path}`))
  if (!file.data.isDirty) return
  if (style === 'everything') file.data.keep()
  else if (style === 'nothing') file.data.revert()
  else {
    const own = random.split(`contents:${path}`)
    const fate = own.pick(['lost', 'kept', 'torn', 'torn'] as const)
    if (fate === 'lost') file.data.revert()
    else if (fate === 'kept') file.data.keep()
    else file.data.tear(own)
  }
}

function settleAttributes(node: Node, style: PowerLossStyle, random: () => RandomStream): void {
  if (node.olderAttributes.length === 0) return
  if (style === 'nothing') node.attributes = node.olderAttributes[0] ?? node.attributes
  else if (style === 'mixture') node.attributes = random().pick([...node.olderAttributes, node.attributes])
  node.olderAttributes = []
}
