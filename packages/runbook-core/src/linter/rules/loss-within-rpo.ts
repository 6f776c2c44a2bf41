import { worstCaseLoss } from '../../planner/recovery-point.ts'
import { formatDuration } from '../../text/duration.ts'
import type { Rule } from '../rule.ts'

/** Interval, accuracy and duration of archiving together hold the RPO. (D05) */
export const lossWithinRpo: Rule = {
  id: 'DR003',
  name: 'loss-within-rpo',
  severity: 'warning',
  defect: 'D05',
  requires: 'Interval, accuracy and duration of archiving together hold the RPO.',

  *check({ runbook }) {
    const { worstCaseMs, targetMs, longestIntervalMs, exceeds } = worstCaseLoss(
      runbook.protection,
      runbook.objectives.rpoMs,
    )
    if (worstCaseMs === null || !exceeds) return
    yield {
      step: null,
      message: `at worst ${formatDuration(worstCaseMs)} of writes are lost; the RPO is ${formatDuration(targetMs)}`,
      fix:
        longestIntervalMs === null
          ? 'Shorten the archive cycle: its accuracy and duration alone exceed the RPO.'
          : `Archive every ${formatDuration(longestIntervalMs)} at most.`,
    }
  },
}
