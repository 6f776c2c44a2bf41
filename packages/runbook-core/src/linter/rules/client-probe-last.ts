import { hasTrait, named } from '../context.ts'
import type { Rule } from '../rule.ts'

/** After traffic has moved, somebody asks as a client does. (D95) */
export const clientProbeLast: Rule = {
  id: 'DR034',
  name: 'client-probe-last',
  severity: 'warning',
  defect: 'D95',
  requires: 'After traffic has moved, somebody asks as a client does.',

  *check(context) {
    for (const item of context.steps) {
      if (named(item, 'exposes', 'traffic', 'dns').length === 0) continue
      if (context.after(item).some(hasTrait('answers-clients'))) continue
      yield {
        step: item.step.id,
        message: 'moves clients, but nothing afterwards asks the service the way they do',
        fix: 'Add a client probe that needs this step: its first answer is when service is restored.',
      }
    }
  },
}
