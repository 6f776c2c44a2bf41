import { commandLinesOf } from '../commands.ts'
import { HAZARDS } from '../hazards.ts'
import type { Rule } from '../rule.ts'

/** No command is one of those that the procedure as written stumbled over. (D27) */
export const commandsWithoutHazards: Rule = {
  id: 'DR038',
  name: 'commands-without-hazards',
  severity: 'warning',
  defect: 'D27',
  requires: 'No command is one of those that the procedure as written stumbled over.',

  *check(context) {
    for (const item of context.withTrait('runs-commands')) {
      const lines = commandLinesOf(item)
      for (const { pattern, defect, message, fix } of HAZARDS) {
        if (lines.some((line) => pattern.test(line))) yield { step: item.step.id, defect, message, fix }
      }
    }
  },
}
