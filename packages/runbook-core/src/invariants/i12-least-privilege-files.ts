import { absence, type Evidence, evidenceOf } from '../verdict/evidence.ts'
import { opaqueSteps } from '../verdict/step-facts.ts'
import { defineInvariant, hasRestored, listed } from './invariant.ts'

type Inventory = Evidence<'inventory'>

/**
 * Everything below the data roots has exactly the mode and owner that the runbook gives it: nothing executable, nothing readable by
 * the world, nothing of another owner, no links (D93, D94).
 * Does not see: access lists and labels beyond mode and owner, and paths outside the data roots.
 */
export const leastPrivilegeFiles = defineInvariant('I12', 'least-privilege-files', (context) => {
  const { record, steps } = context
  if (!hasRestored(context)) return ['not-applicable', 'nothing was restored']
  const inventory = evidenceOf(record, 'inventory')
  if (inventory === null) return ['not-checked', absence(record, 'inventory')]
  const wrong = inventory.groups.flatMap((group) => faultOf(group, inventory.rules))
  if (wrong.length > 0) return ['violated', listed(wrong)]
  const opaque = opaqueSteps(steps)
  if (opaque.length > 0) return ['not-checked', `nobody can say what these steps do: ${listed(opaque)}`]
  const count = inventory.groups.reduce((sum, group) => sum + group.count, 0)
  if (count === 0) return ['not-checked', 'nothing lies below the data roots']
  const owners = inventory.rules.some((rule) => rule.owner === null)
    ? '; owners could not be exercised here'
    : ''
  return ['held', `${count} files and directories have exactly their modes and owners${owners}`]
})

function faultOf(group: Inventory['groups'][number], rules: Inventory['rules']): string[] {
  const { root, type, mode, owner, group: owningGroup, example, count } = group
  const rule = rules.find((one) => one.root === root)
  const where = count === 1 ? example : `${example} and ${count - 1} like it`
  if (rule === undefined) return [`${where}: no rule covers ${root}`]
  if (type !== 'file' && type !== 'directory') return [`${where}: a ${type}`]
  const expected = type === 'file' ? rule.fileMode : rule.directoryMode
  if (mode !== expected) return [`${where}: mode ${mode} instead of ${expected}`]
  if (rule.owner !== null && owner !== rule.owner)
    return [`${where}: owner ${owner} instead of ${rule.owner}`]
  if (rule.group !== null && owningGroup !== rule.group) {
    return [`${where}: group ${owningGroup} instead of ${rule.group}`]
  }
  return []
}
