import { hasTrait } from '../context.ts'
import type { Rule } from '../rule.ts'

/** The gate waits for a write that was acknowledged and listed. (D58) */
export const gateProvesWriting: Rule = {
  id: 'DR018',
  name: 'gate-proves-writing',
  severity: 'warning',
  defect: 'D58',
  requires: 'The gate waits for a write that was acknowledged and listed.',

  *check(context) {
    const { gate } = context
    if (gate === null || context.isBefore(gate, hasTrait('probes-by-writing'))) return
    yield {
      step: gate.step.id,
      message:
        'the gate passes without a test write: a service that answers queries may still refuse or lose writes',
      fix: 'Write one record under a key of this run, list that key, and exclude it alone from comparisons.',
    }
  },
}
