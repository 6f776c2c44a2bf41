import type { Rule } from '../rule.ts'

/** Every archive cycle closes the open segment. (D05) */
export const logRotatesEachCycle: Rule = {
  id: 'DR002',
  name: 'log-rotates-each-cycle',
  severity: 'error',
  defect: 'D05',
  requires: 'Every archive cycle closes the open segment.',

  *check({ runbook }) {
    if (runbook.protection.rotatesEachCycle) return
    yield {
      step: null,
      message:
        'a record may stay in an open segment for as long as traffic is low: the worst-case loss is unbounded',
      fix: 'Have the archive timer force a rotation first, then say rotatesEachCycle: true.',
    }
  },
}
