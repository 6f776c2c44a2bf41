import { hasTrait, named } from '../context.ts'
import type { Rule } from '../rule.ts'

/** Timers are installed before they are enabled. (D46) */
export const timersInstalled: Rule = {
  id: 'DR031',
  name: 'timers-installed',
  severity: 'error',
  defect: 'D46',
  requires: 'Timers are installed before they are enabled.',

  *check(context) {
    for (const item of context.withTrait('protects')) {
      const timers = named(item, 'writes', 'service').filter((name) => name.endsWith('.timer'))
      const installed = new Set(
        context
          .before(item)
          .filter(hasTrait('installs'))
          .flatMap((one) => named(one, 'writes', 'service')),
      )
      const missing = timers.filter((name) => !installed.has(name))
      if (missing.length === 0) continue
      yield {
        step: item.step.id,
        message: `enables ${missing.join(', ')}, which no step before it installs: backups would never resume`,
        fix: 'Install the whole set of units, timers and their services included.',
      }
    }
  },
}
