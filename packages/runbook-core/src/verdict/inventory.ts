import type { FileStat } from '../ports/index.ts'
import type { Evidence } from './evidence.ts'

/** One thing below a data root. */
export interface InventoryEntry extends Pick<FileStat, 'type' | 'mode' | 'owner' | 'group'> {
  readonly root: string
  readonly path: string
}

/** Permission bits as four octal digits: 0o640 gives `0640`. */
export const modeText = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0')

/** Counts equal entries together, so that the evidence does not grow with the number of files. In order of first appearance. */
export function groupInventory(entries: Iterable<InventoryEntry>): Evidence<'inventory'>['groups'] {
  const groups = new Map<string, Evidence<'inventory'>['groups'][number]>()
  for (const { root, path, type, mode, owner, group } of entries) {
    const id = JSON.stringify([root, type, mode, owner, group])
    const known = groups.get(id)
    if (known === undefined) {
      groups.set(id, { root, type, mode: modeText(mode), owner, group, count: 1, example: path })
    } else known.count += 1
  }
  return [...groups.values()]
}
