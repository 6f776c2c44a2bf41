import { hasTrait, named } from '../context.ts'
import type { Rule } from '../rule.ts'

/** One forced backup is seen in the archive before traffic moves. (D63) */
export const backupBeforeTraffic: Rule = {
  id: 'DR012',
  name: 'backup-before-traffic',
  severity: 'error',
  defect: 'D63',
  requires: 'One forced backup is seen in the archive before traffic moves.',

  *check(context) {
    const forcesBackup = (item: Parameters<typeof named>[0]) =>
      hasTrait('protects')(item) && named(item, 'writes', 'store').length > 0
    for (const item of context.steps) {
      if (named(item, 'exposes', 'traffic', 'dns').length === 0 || context.isBefore(item, forcesBackup))
        continue
      yield {
        step: item.step.id,
        message:
          'moves traffic before a backup of the restored data exists: until the next one the old chain must be replayed',
        fix: 'Force one archive cycle and one full backup, see their objects, and need that step here.',
      }
    }
  },
}
