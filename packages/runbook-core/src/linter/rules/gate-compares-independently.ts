import { hasTrait } from '../context.ts'
import type { Rule } from '../rule.ts'

/** The gate compares what is served with an expectation that the service did not give. (D56) */
export const gateComparesIndependently: Rule = {
  id: 'DR017',
  name: 'gate-compares-independently',
  severity: 'error',
  defect: 'D56',
  requires: 'The gate compares what is served with an expectation that the service did not give.',

  *check(context) {
    const { gate } = context
    const independent = new Set(
      context.steps
        .filter((item) => item.traits.has('verifies') || item.traits.has('selects'))
        .map((item) => item.step.id),
    )
    const checks = gate === null ? [] : [gate, ...context.before(gate)].filter(hasTrait('validates'))
    if (checks.some((item) => item !== gate && [...item.readsSteps].some((id) => independent.has(id)))) return
    yield {
      step: gate?.step.id ?? null,
      message:
        'no check before the gate compares the service with what verification of backup and log counted',
      fix: 'Compare counts and known records with the output of the steps that verified them; a missing value must fail.',
    }
  },
}
