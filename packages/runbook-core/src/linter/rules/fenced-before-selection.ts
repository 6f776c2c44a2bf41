import { hasTrait } from '../context.ts'
import type { Rule } from '../rule.ts'

/** The old primary is fenced before anything is chosen. (D36) */
export const fencedBeforeSelection: Rule = {
  id: 'DR043',
  name: 'fenced-before-selection',
  severity: 'warning',
  defect: 'D36',
  requires: 'The old primary is fenced before anything is chosen.',
  *check(context) {
    for (const item of context.withTrait('selects')) {
      if (context.isBefore(item, hasTrait('fences'))) continue
      yield {
        step: item.step.id,
        message:
          'lists backups or log while the old primary may still write to the archive: the list is no snapshot',
        fix: 'Need the step that fences the old primary.',
      }
    }
  },
}
