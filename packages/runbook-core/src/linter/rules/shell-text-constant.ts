import { shellTextsOf } from '../commands.ts'
import type { Rule } from '../rule.ts'

/** No captured value enters a shell text. (D21) */
export const shellTextConstant: Rule = {
  id: 'DR022',
  name: 'shell-text-constant',
  severity: 'error',
  defect: 'D21',
  requires: 'No captured value enters a shell text.',

  *check(context) {
    for (const item of context.withTrait('runs-commands')) {
      if (!shellTextsOf(item).some(({ constant }) => !constant)) continue
      yield {
        step: item.step.id,
        message: 'builds a shell text from captured values: an empty or hostile one becomes another command',
        fix: 'Keep the text constant and pass values by env; read them as "${NAME:?}".',
      }
    }
  },
}
