import { named } from '../context.ts'
import type { Rule } from '../rule.ts'

/** Every check of the restored service ends before the gate. (D60) */
export const gateWaitsForChecks: Rule = {
  id: 'DR015',
  name: 'gate-waits-for-checks',
  severity: 'error',
  defect: 'D60',
  requires: 'Every check of the restored service ends before the gate.',

  *check(context) {
    const { gate } = context
    if (gate === null) return
    const before = context.before(gate)
    for (const item of context.withTrait('validates')) {
      const exposure = context.before(item).some((one) => named(one, 'exposes', 'traffic', 'dns').length > 0)
      if (item === gate || exposure || before.includes(item) || context.isBehindGate(item)) continue
      yield {
        step: item.step.id,
        message: `is a check that the gate "${gate.step.id}" does not wait for, or that a condition may skip`,
        fix: `Add "${item.step.id}" to the needs of the gate, or take it out.`,
      }
    }
  },
}
