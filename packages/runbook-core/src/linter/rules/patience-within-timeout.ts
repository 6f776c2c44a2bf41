import { formatDuration } from '../../text/duration.ts'
import type { Rule } from '../rule.ts'

/** A step's timeout leaves room for the patience that it passes on. (D51) */
export const patienceWithinTimeout: Rule = {
  id: 'DR045',
  name: 'patience-within-timeout',
  severity: 'warning',
  defect: 'D51',
  requires: "A step's timeout leaves room for the patience that it passes on.",
  *check(context) {
    for (const { step, input } of context.steps) {
      for (const [key, value] of Object.entries(input as object)) {
        if (!/^(patience|timeout)Ms$/.test(key) || typeof value !== 'number' || value < step.timeoutMs)
          continue
        yield {
          step: step.id,
          message: `is cut off after ${formatDuration(step.timeoutMs)}, before its own ${key} of ${formatDuration(value)} has passed: the reason it would give is lost`,
          fix: 'Raise the timeout of the step above the patience, or lower the patience.',
        }
      }
    }
  },
}
