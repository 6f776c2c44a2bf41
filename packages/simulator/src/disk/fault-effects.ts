import { type FileSystemContract, OperatingError } from '@dr-drill/runbook-core'
import type { DiskTree } from './disk-tree.ts'
import type { Misdirection } from './fault.ts'
import type { Node } from './node.ts'
import { operationsOn } from './operations.ts'
import { ROOT } from './permissions.ts'

/** What a write is given. */
export interface WriteInput {
  readonly path: string
  readonly offset: number
  readonly bytes: Uint8Array
}

/** A write that is acknowledged and does not reach the medium: the file has its new size, the bytes are what they were. */
export function loseWrite(operations: FileSystemContract, { path, offset, bytes }: WriteInput): void {
  const end = offset + bytes.length
  const size = operations.stat({ path })?.sizeBytes ?? 0
  if (end > size) operations.truncate({ path, sizeBytes: end })
}

/** The bytes of a write land elsewhere: over what lies there, never making it larger. Free space takes what hits no file. */
export function misdirect(tree: DiskTree, to: Misdirection, bytes: Uint8Array): void {
  const operations = operationsOn(tree, ROOT)
  const stat = operations.stat({ path: to.path })
  if (stat?.type !== 'file') return
  const hit = bytes.subarray(0, Math.max(0, stat.sizeBytes - to.offset))
  if (hit.length > 0) operations.write({ path: to.path, offset: to.offset, bytes: hit })
}

/** An fsync fails, and its pages count as clean. @throws input-output, file-missing */
export function dropDirtyPages(tree: DiskTree, path: string): never {
  tree.file(ROOT, path).data.dropDirtyPages()
  throw new OperatingError('input-output', `the device failed to sync ${path}`, { subject: path })
}

/** Bytes of a file, or of all files below a directory. */
export function bytesOf(node: Node): number {
  if (node.type === 'file') return node.data.sizeBytes
  if (node.type === 'symlink') return 0
  let total = 0
  for (const child of node.entries.values()) total += bytesOf(child)
  return total
}
