import { hasTrait, named } from '../context.ts'
import type { Rule } from '../rule.ts'

/** Backup and archive timers run before traffic moves. (D61) */
export const timersBeforeTraffic: Rule = {
  id: 'DR011',
  name: 'timers-before-traffic',
  severity: 'error',
  defect: 'D61',
  requires: 'Backup and archive timers run before traffic moves.',

  *check(context) {
    const runsTimers = (item: Parameters<typeof named>[0]) =>
      hasTrait('protects')(item) && named(item, 'writes', 'service').some((name) => name.endsWith('.timer'))
    for (const item of context.steps) {
      if (named(item, 'exposes', 'traffic', 'dns').length === 0 || context.isBefore(item, runsTimers))
        continue
      yield {
        step: item.step.id,
        message:
          'moves traffic before the timers that protect the data run: a second failure loses every new write',
        fix: 'Enable and see the backup and archive timers first, and need that step here.',
      }
    }
  },
}
