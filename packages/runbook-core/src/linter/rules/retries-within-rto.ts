import { formatDuration } from '../../text/duration.ts'
import type { Rule } from '../rule.ts'

/** Retries end within the RTO. (D09) */
export const retriesWithinRto: Rule = {
  id: 'DR027',
  name: 'retries-within-rto',
  severity: 'warning',
  defect: 'D09',
  requires: 'Retries end within the RTO.',

  *check({ steps, runbook }) {
    const { rtoMs } = runbook.objectives
    for (const { step } of steps) {
      const { attemptsMax, delayMsMax } = step.retry
      const longestMs = attemptsMax * step.timeoutMs + (attemptsMax - 1) * delayMsMax
      if (attemptsMax === 1 || step.timeoutMs > rtoMs || longestMs <= rtoMs) continue
      yield {
        step: step.id,
        message: `may try for ${formatDuration(longestMs)} (${attemptsMax} attempts), longer than the RTO of ${formatDuration(rtoMs)}`,
        fix: 'Lower attempts or the timeout of one attempt.',
      }
    }
  },
}
