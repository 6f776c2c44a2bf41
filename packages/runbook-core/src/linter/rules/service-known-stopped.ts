import { textsOf } from '../../runbook/static-steps.ts'
import { hasTrait, named } from '../context.ts'
import type { Rule } from '../rule.ts'

/** Nothing runs on the data when the restore begins. (D19) */
export const serviceKnownStopped: Rule = {
  id: 'DR035',
  name: 'service-known-stopped',
  severity: 'warning',
  defect: 'D19',
  requires: 'Nothing runs on the data when the restore begins.',

  *check(context) {
    for (const item of context.withTrait('starts')) {
      if (context.isBehindGate(item)) continue
      const before = context.before(item)
      const stopped = before.filter(hasTrait('stops')).flatMap((one) => named(one, 'writes', 'service'))
      const looked = before
        .filter(hasTrait('preflight'))
        .flatMap((one) => [...textsOf(one.input)].map(([, text]) => text))
      const missing = named(item, 'writes', 'service').filter(
        (name) => !stopped.includes(name) && !looked.includes(name),
      )
      if (missing.length === 0) continue
      yield {
        step: item.step.id,
        message: `nobody made sure that ${missing.join(', ')} was not running while data was placed`,
        fix: 'Name the unit in the preflight as one that must be stopped, or stop it first.',
      }
    }
  },
}
