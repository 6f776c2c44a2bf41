import { createHash } from 'node:crypto'
import { OperatingError, type RunningDigest } from '@dr-drill/runbook-core'
import type { SimulatedDisk, SynchronousFileSystem } from '@dr-drill/simulator'
import type { FileSystemCall } from '../conformance/file-system-calls.ts'

/** Property runs: few, or as many as asked when the long test runs. */
export const runs = (few: number, many: number): number => (process.env.DRILL_TEST_LONG === '1' ? many : few)

/** Performs a call; false when it failed with an operating error. */
export function succeeds(files: SynchronousFileSystem, { method, input }: FileSystemCall): boolean {
  try {
    const call = files[method] as (given: object) => unknown
    call(input)
    return true
  } catch (error) {
    if (error instanceof OperatingError) return false
    throw error
  }
}

/** Everything that the port shows, by path. */
export function tree(files: SynchronousFileSystem, path = '/'): Record<string, unknown> {
  const stat = files.stat({ path })
  if (stat?.type !== 'directory') {
    return { [path]: [stat, sha256Of(files.read({ path, offset: 0, length: stat?.sizeBytes ?? 0 }))] }
  }
  const found: Record<string, unknown> = { [path]: stat }
  for (const { name } of files.list({ path })) {
    Object.assign(found, tree(files, path === '/' ? `/${name}` : `${path}/${name}`))
  }
  return found
}

/** fsync of every file and every directory. */
export function syncAll(files: SynchronousFileSystem, path = '/'): void {
  for (const { name, type } of files.list({ path })) {
    const below = path === '/' ? `/${name}` : `${path}/${name}`
    if (type === 'directory') syncAll(files, below)
    else files.sync({ path: below })
  }
  files.syncDirectory({ path })
}

/** Removes everything below a directory. */
export function removeAll(files: SynchronousFileSystem, path = '/'): void {
  for (const { name, type } of files.list({ path })) {
    const below = path === '/' ? `/${name}` : `${path}/${name}`
    if (type !== 'directory') files.remove({ path: below })
    else {
      removeAll(files, below)
      files.removeDirectory({ path: below })
    }
  }
}

/** The digest of a disk's whole state. */
export const imageOf = (disk: SimulatedDisk): string => disk.image(sha256())

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

function sha256(): RunningDigest {
  const hash = createHash('sha256')
  const digest: RunningDigest = {
    update(bytes) {
      hash.update(bytes)
      return digest
    },
    hex: () => hash.digest('hex'),
  }
  return digest
}
