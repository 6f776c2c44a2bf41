import { named } from '../context.ts'
import type { Rule } from '../rule.ts'

/** The gate waits for a check of the running service itself. (D54) */
export const gateAsksTheService: Rule = {
  id: 'DR016',
  name: 'gate-asks-the-service',
  severity: 'error',
  defect: 'D54',
  requires: 'The gate waits for a check of the running service itself.',

  *check(context) {
    const { gate } = context
    const checks =
      gate === null ? [] : [gate, ...context.before(gate)].filter((item) => item.traits.has('validates'))
    if (checks.some((item) => named(item, 'reads', 'service', 'endpoint').length > 0)) return
    yield {
      step: gate?.step.id ?? null,
      message: 'the gate passes without anybody having asked the restored service whether it is well',
      fix: 'Let it need a check that waits for health with a deadline and compares the identity of the process.',
    }
  },
}
