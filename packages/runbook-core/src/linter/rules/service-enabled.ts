import { named } from '../context.ts'
import type { Rule } from '../rule.ts'

/** What is started is also enabled, so that it comes back after a reboot. (D47) */
export const serviceEnabled: Rule = {
  id: 'DR032',
  name: 'service-enabled',
  severity: 'warning',
  defect: 'D47',
  requires: 'What is started is also enabled, so that it comes back after a reboot.',

  *check(context) {
    const enabled = new Set(context.withTrait('protects').flatMap((item) => named(item, 'writes', 'service')))
    const seen = new Set<string>()
    for (const item of context.withTrait('starts')) {
      for (const name of named(item, 'writes', 'service')) {
        if (enabled.has(name) || seen.has(name)) continue
        seen.add(name)
        yield {
          step: item.step.id,
          message: `starts ${name}, which no step enables: it is gone after a reboot`,
          fix: 'Enable it together with the timers, after the checks.',
        }
      }
    }
  },
}
