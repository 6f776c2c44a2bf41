import type { Task } from '../effects/index.ts'
import { FileSystem } from '../ports/index.ts'
import type { QualifiedRunbook } from '../runbook/index.ts'
import type { Json } from '../text/json.ts'
import {
  type Evidence,
  groupInventory,
  type InventoryEntry,
  modeText,
  type RunRecord,
} from '../verdict/index.ts'
import { type Fields, fieldsOf, inputsOf, textOf } from './step-outputs.ts'

type Rule = Evidence<'inventory'>['rules'][number]

/** What lies below the data roots, and the modes and owners that the runbook's last word on them gives. */
export function* inventory(
  record: RunRecord,
  runbook: QualifiedRunbook,
  changesOwners: boolean,
): Task<Evidence<'inventory'> | null> {
  const rules = rulesOf(record, runbook, changesOwners)
  if (rules.length === 0) return null
  const entries: InventoryEntry[] = []
  for (const { root } of rules) yield* walk(root, root, entries)
  return { rules, groups: groupInventory(entries) }
}

function rulesOf(record: RunRecord, runbook: QualifiedRunbook, changesOwners: boolean): Rule[] {
  const rules = new Map<string, Rule>()
  for (const kind of ['place-files', 'set-ownership']) {
    for (const input of inputsOf(record, runbook, kind)) {
      const protection = fieldsOf(input, 'protection')
      for (const root of rootsOf(input)) {
        rules.set(root, {
          root,
          directoryMode: octal(protection?.directoryMode),
          fileMode: octal(protection?.fileMode),
          owner: changesOwners ? textOf(protection, 'owner') : null,
          group: changesOwners ? textOf(protection, 'group') : null,
        })
      }
    }
  }
  return [...rules.values()]
}

function rootsOf(input: Fields): string[] {
  const named = Array.isArray(input.roots) ? input.roots : []
  const placed = Array.isArray(input.placements) ? input.placements : []
  return [...named, ...placed.map((one) => (one as Fields).directory)].filter(
    (root) => typeof root === 'string',
  )
}

function octal(value: Json | undefined): string {
  return typeof value === 'number' ? modeText(value) : typeof value === 'string' ? value : '0000'
}

function* walk(root: string, path: string, entries: InventoryEntry[]): Task<void> {
  const stat = yield* FileSystem.stat({ path })
  if (stat === null) return
  entries.push({ root, path, type: stat.type, mode: stat.mode, owner: stat.owner, group: stat.group })
  if (stat.type !== 'directory') return
  for (const { name } of yield* FileSystem.list({ path })) yield* walk(root, `${path}/${name}`, entries)
}
