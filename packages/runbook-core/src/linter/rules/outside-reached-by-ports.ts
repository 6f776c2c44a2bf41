import { named } from '../context.ts'
import type { Rule } from '../rule.ts'

/** People, names and traffic are reached through ports that a drill can replace. (D98) */
export const outsideReachedByPorts: Rule = {
  id: 'DR028',
  name: 'outside-reached-by-ports',
  severity: 'error',
  defect: 'D98',
  requires: 'People, names and traffic are reached through ports that a drill can replace.',

  *check(context) {
    for (const item of context.withTrait('runs-commands')) {
      const outside = [
        ...named(item, 'writes', 'people', 'dns', 'traffic'),
        ...named(item, 'exposes', 'people', 'dns', 'traffic'),
      ]
      if (outside.length === 0) continue
      yield {
        step: item.step.id,
        message: `reaches ${[...new Set(outside)].join(', ')} by a command: a drill would do it for real`,
        fix: 'Use the action for it: outside a recovery its port records instead of acting.',
      }
    }
  },
}
