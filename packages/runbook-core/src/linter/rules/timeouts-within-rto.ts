import { formatDuration } from '../../text/duration.ts'
import type { Rule } from '../rule.ts'

/** No step may wait longer than the whole restore may take. (D51) */
export const timeoutsWithinRto: Rule = {
  id: 'DR026',
  name: 'timeouts-within-rto',
  severity: 'warning',
  defect: 'D51',
  requires: 'No step may wait longer than the whole restore may take.',

  *check({ steps, runbook }) {
    const { rtoMs } = runbook.objectives
    for (const { step } of steps) {
      if (step.timeoutMs <= rtoMs) continue
      yield {
        step: step.id,
        message: `may wait ${formatDuration(step.timeoutMs)}, longer than the RTO of ${formatDuration(rtoMs)}: in effect without a limit`,
        fix: 'Give it the patience that its group can afford, as a parameter.',
      }
    }
  },
}
