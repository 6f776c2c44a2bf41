import { shellTextsOf } from '../commands.ts'
import type { Rule } from '../rule.ts'

/** Programs run by argument vector, not by shell text. (D100) */
export const noShellText: Rule = {
  id: 'DR021',
  name: 'no-shell-text',
  severity: 'warning',
  defect: 'D100',
  requires: 'Programs run by argument vector, not by shell text.',

  *check(context) {
    for (const item of context.withTrait('runs-commands')) {
      for (const { text, constant } of shellTextsOf(item)) {
        if (!constant) continue
        const strict = /set -[a-z]*e/.test(text) && /pipefail/.test(text)
        yield {
          step: item.step.id,
          message: `hands a text to a shell${strict ? '' : ' that goes on after errors'}`,
          fix: strict
            ? 'Prefer an action or a plain argument vector; globs, quoting and pipes hide failures.'
            : 'Prefer a plain argument vector; if it must be a shell, begin with set -euo pipefail.',
        }
      }
    }
  },
}
