import { formatPath } from '../../runbook/problems.ts'
import { textsOf } from '../../runbook/static-steps.ts'
import type { Rule } from '../rule.ts'

const NAMES = /secret|passw(or)?d|token|private.?key|credential/i

/** Secrets are references, never values. (D102) */
export const noPlainSecrets: Rule = {
  id: 'DR037',
  name: 'no-plain-secrets',
  severity: 'error',
  defect: 'D102',
  requires: 'Secrets are references, never values.',

  *check(context) {
    for (const item of context.steps) {
      for (const [path, text] of textsOf(item.input)) {
        if (text === '' || text.startsWith('${') || !NAMES.test(String(path.at(-1)))) continue
        yield {
          step: item.step.id,
          message: `${formatPath(path)} holds a secret in plain text: it would stand in the file, the journal and the report`,
          fix: 'Leave it out: credentials are resolved inside ports, from the environment or the host.',
        }
      }
    }
  },
}
