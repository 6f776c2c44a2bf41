import { hasTrait } from '../context.ts'
import type { Rule } from '../rule.ts'

/** What is fetched was chosen by a step that refuses incomplete candidates. (D20) */
export const backupSelectedWithReasons: Rule = {
  id: 'DR007',
  name: 'backup-selected-with-reasons',
  severity: 'error',
  defect: 'D20',
  requires: 'What is fetched was chosen by a step that refuses incomplete candidates.',

  *check(context) {
    for (const item of context.withTrait('fetches')) {
      if (context.isBefore(item, hasTrait('selects'))) continue
      yield {
        step: item.step.id,
        message: 'fetches data that no step has chosen: the newest name may be an unfinished or wrong backup',
        fix: 'Choose by manifest, newest first, with a reason for each refusal; need that step here.',
      }
    }
  },
}
