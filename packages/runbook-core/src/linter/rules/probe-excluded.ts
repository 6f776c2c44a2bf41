import type { Rule } from '../rule.ts'

/** A test write is excluded from every comparison that could count it. (D59) */
export const probeExcluded: Rule = {
  id: 'DR019',
  name: 'probe-excluded',
  severity: 'warning',
  defect: 'D59',
  requires: 'A test write is excluded from every comparison that could count it.',

  *check(context) {
    const counted = new Set(context.withTrait('verifies').map((item) => item.step.id))
    for (const probe of context.withTrait('probes-by-writing')) {
      const settled = new Set(context.graph.ancestorsOf(probe.step.id))
      for (const item of context.withTrait('validates')) {
        const compares = [...item.readsSteps].some((id) => counted.has(id))
        if (item === probe || !compares || settled.has(item.step.id) || item.readsSteps.has(probe.step.id))
          continue
        if (item === context.gate) continue
        yield {
          step: item.step.id,
          message: `compares with an expected value, but may run after "${probe.step.id}" has written its record`,
          fix: `Run it before "${probe.step.id}", or read that step's key and exclude it.`,
        }
      }
    }
  },
}
