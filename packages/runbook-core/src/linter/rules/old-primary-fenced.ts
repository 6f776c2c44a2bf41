import { hasTrait } from '../context.ts'
import type { Rule } from '../rule.ts'

/** The old primary is fenced before a new one starts. (D50) */
export const oldPrimaryFenced: Rule = {
  id: 'DR006',
  name: 'old-primary-fenced',
  severity: 'error',
  defect: 'D50',
  requires: 'The old primary is fenced before a new one starts.',

  *check(context) {
    for (const item of context.withTrait('starts')) {
      if (context.isBehindGate(item) || context.isBefore(item, hasTrait('fences'))) continue
      yield {
        step: item.step.id,
        message: 'starts the service while the old primary may still accept writes and archive them',
        fix: 'Fence the old primary in a step of its own, before backups are chosen, and need it.',
      }
    }
  },
}
