import { attempt, type Task } from '../../effects/index.ts'
import { FileSystem } from '../../ports/index.ts'

/** More entries than this are not compared: a recovery host's roots are empty or nearly so before a restore. */
export const INVENTORY_ENTRIES_MAX = 2_000
const DEPTH_MAX = 64

/** What lies at a path below a root (empty: the root itself). Directories have no size of interest. */
export type InventoryEntry = readonly [path: string, type: string, sizeBytes: number]

/** Names and sizes below a root; `problem` says why it is not whole. */
export interface Inventory {
  readonly entries: readonly InventoryEntry[]
  readonly problem: string | null
}

/** Lists what lies at and below a root. Reads only; never throws for what the root holds. */
export function* takeInventory(root: string): Task<Inventory> {
  const entries: InventoryEntry[] = []
  const walked = yield* attempt(walk(root, '', 0, entries))
  if (!walked.ok) return { entries: [], problem: walked.error.message }
  if (entries.length <= INVENTORY_ENTRIES_MAX) return { entries, problem: null }
  return { entries: [], problem: `more than ${INVENTORY_ENTRIES_MAX} entries` }
}

function* walk(root: string, below: string, depth: number, entries: InventoryEntry[]): Task<void> {
  const path = below === '' ? root : joinPath(root, below)
  const stat = yield* FileSystem.stat({ path })
  if (stat === null || entries.length > INVENTORY_ENTRIES_MAX) return
  entries.push([below, stat.type, stat.type === 'directory' ? 0 : stat.sizeBytes])
  if (stat.type !== 'directory' || depth >= DEPTH_MAX) return
  for (const { name } of yield* FileSystem.list({ path })) {
    yield* walk(root, below === '' ? name : `${below}/${name}`, depth + 1, entries)
  }
}

/** A path below a root, which may be `/`. */
export function joinPath(root: string, below: string): string {
  if (below === '') return root
  return root.endsWith('/') ? `${root}${below}` : `${root}/${below}`
}
