import { textsOf } from '../../runbook/static-steps.ts'
import { argvOf } from '../commands.ts'
import { hasTrait } from '../context.ts'
import type { Rule } from '../rule.ts'

/** Every program that a command needs is looked for beforehand. (D11) */
export const programsLookedFor: Rule = {
  id: 'DR039',
  name: 'programs-looked-for',
  severity: 'warning',
  defect: 'D11',
  requires: 'Every program that a command needs is looked for beforehand.',

  *check(context) {
    for (const item of context.withTrait('runs-commands')) {
      const [program] = argvOf(item)
      const looked = context.before(item).filter(hasTrait('preflight'))
      if (
        program === undefined ||
        looked.some((one) => [...textsOf(one.input)].some(([, text]) => text === program))
      )
        continue
      yield {
        step: item.step.id,
        message: `needs the program ${program}, which nobody looked for before the restore began`,
        fix: 'Let the preflight look for it, or use an action, which needs no tool on the host.',
      }
    }
  },
}
