import { hasTrait } from '../context.ts'
import type { Rule } from '../rule.ts'

/** The signature of what is restored is checked before it is placed. (D103) */
export const authenticityChecked: Rule = {
  id: 'DR033',
  name: 'authenticity-checked',
  severity: 'warning',
  defect: 'D103',
  requires: 'The signature of what is restored is checked before it is placed.',

  *check(context) {
    for (const item of context.withTrait('places')) {
      if (context.isBefore(item, hasTrait('verifies-authenticity'))) continue
      yield {
        step: item.step.id,
        message:
          'places data whose origin nobody checked: whoever can write to the bucket decides what is restored',
        fix: 'Check the signed manifest against a key kept outside the bucket.',
      }
    }
  },
}
