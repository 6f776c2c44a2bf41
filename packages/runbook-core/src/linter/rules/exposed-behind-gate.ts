import { named } from '../context.ts'
import type { Rule } from '../rule.ts'

/** Clients and names move only after the gate. (D60) */
export const exposedBehindGate: Rule = {
  id: 'DR010',
  name: 'exposed-behind-gate',
  severity: 'error',
  defect: 'D60',
  requires: 'Clients and names move only after the gate.',

  *check(context) {
    for (const item of context.steps) {
      const exposed = named(item, 'exposes', 'traffic', 'dns', 'service')
      if (exposed.length === 0 || context.isBehindGate(item)) continue
      yield {
        step: item.step.id,
        message: `lets clients reach ${exposed.join(', ')} before the gate "${context.runbook.gate}" has passed`,
        fix: `Need "${context.runbook.gate}", directly or through another step.`,
      }
    }
  },
}
