import { hasTrait } from '../context.ts'
import type { Rule } from '../rule.ts'

/** The service starts only on data that was verified and placed. (D43) */
export const startedOnVerifiedData: Rule = {
  id: 'DR009',
  name: 'started-on-verified-data',
  severity: 'error',
  defect: 'D43',
  requires: 'The service starts only on data that was verified and placed.',

  *check(context) {
    const places = context.withTrait('places').length > 0
    for (const item of context.withTrait('starts')) {
      const missing = [
        ...(places && !context.isBefore(item, hasTrait('places')) ? ['placing'] : []),
        ...(context.isBefore(item, hasTrait('verifies')) ? [] : ['verification']),
      ]
      if (missing.length === 0) continue
      yield {
        step: item.step.id,
        message: `starts the service without waiting for ${missing.join(' and ')} of its data`,
        fix: 'Need the steps that verify and place, directly or through others.',
      }
    }
  },
}
