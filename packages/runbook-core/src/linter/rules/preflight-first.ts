import { hasTrait, named } from '../context.ts'
import type { Rule } from '../rule.ts'

/** The host is looked at before anything on it is changed. (D86) */
export const preflightFirst: Rule = {
  id: 'DR004',
  name: 'preflight-first',
  severity: 'error',
  defect: 'D86',
  requires: 'The host is looked at before anything on it is changed.',

  *check(context) {
    const writers = context.steps.filter((item) => named(item, 'writes', 'path', 'service').length > 0)
    const ids = new Set(writers.map((item) => item.step.id))
    for (const item of writers) {
      const first = ![...context.graph.ancestorsOf(item.step.id)].some((id) => ids.has(id))
      if (!first || context.isBefore(item, hasTrait('preflight'))) continue
      yield {
        step: item.step.id,
        message: 'changes the host before anybody has looked at it',
        fix: 'Add a step that inspects the host (room, owners, what runs, what lies in the way) and need it here.',
      }
    }
  },
}
