import { isWithin } from '../../runbook/resources.ts'
import { named } from '../context.ts'
import type { Rule } from '../rule.ts'

/** Nothing that matters lies in /tmp. (D90) */
export const nothingKeptInTmp: Rule = {
  id: 'DR042',
  name: 'nothing-kept-in-tmp',
  severity: 'warning',
  defect: 'D90',
  requires: 'Nothing that matters lies in /tmp.',

  *check(context) {
    for (const item of context.steps) {
      if (!named(item, 'writes', 'path').some((path) => isWithin(path, '/tmp') || isWithin(path, '/var/tmp')))
        continue
      yield {
        step: item.step.id,
        message: 'writes to /tmp: readable by everybody, gone after a reboot, evidence lost',
        fix: 'Use a quarantine directory of the service with mode 0750.',
      }
    }
  },
}
