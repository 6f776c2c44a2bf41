import { STEMEDB_PATHS, STEMEDB_USER } from '@dr-drill/runbook-core/stemedb'
import type { SimulatedDisk } from '../disk/index.ts'

/** The account of the service. */
const SERVICE = { user: STEMEDB_USER, groups: [STEMEDB_USER] } as const

/** The service's home: data directories and what is fetched for them. */
export const DATA_HOME: string = STEMEDB_PATHS.home
/** Where it lies until it was verified. */
export const STAGING = `${DATA_HOME}/.incoming`
/** Where restored data belongs. */
export const DATA_ROOTS: readonly string[] = [STEMEDB_PATHS.wal, STEMEDB_PATHS.db]

/** Something that lies on a disk. */
export interface PlacedPath {
  readonly path: string
  readonly isDirectory: boolean
  readonly sizeBytes: number
}

/** What lies below the data roots now, roots included, each before what is in it. */
export function placedPaths(
  disk: SimulatedDisk,
  roots: readonly string[] = DATA_ROOTS,
): readonly PlacedPath[] {
  return roots.flatMap((root) => pathsBelow(disk, root))
}

function pathsBelow(disk: SimulatedDisk, path: string): PlacedPath[] {
  const stat = disk.handlers().stat({ path })
  if (stat === null) return []
  const isDirectory = stat.type === 'directory'
  const own = { path, isDirectory, sizeBytes: stat.sizeBytes }
  if (!isDirectory) return [own]
  const entries = disk.handlers().list({ path })
  return [own, ...entries.flatMap(({ name }) => pathsBelow(disk, `${path}/${name}`))]
}

/** Whether the service can open a file, found out by trying. */
export function serviceReads(disk: SimulatedDisk, path: string): boolean {
  try {
    disk.handlers(SERVICE).read({ path, offset: 0, length: 1 })
    return true
  } catch {
    return false
  }
}
