import { budgetsMs } from '../../planner/budgets.ts'
import { formatDuration } from '../../text/duration.ts'
import type { Rule } from '../rule.ts'

/** The budgets of the groups fit into the RTO. (D01) */
export const budgetsWithinRto: Rule = {
  id: 'DR001',
  name: 'budgets-within-rto',
  severity: 'error',
  defect: 'D01',
  requires: 'The budgets of the groups fit into the RTO.',

  *check({ runbook, graph }) {
    const claimedMs = budgetsMs(runbook, graph)
    const { rtoMs } = runbook.objectives
    if (claimedMs === null || claimedMs <= rtoMs) return
    yield {
      step: null,
      message: `the budgets claim ${formatDuration(claimedMs)}, the RTO is ${formatDuration(rtoMs)}: over by ${formatDuration(claimedMs - rtoMs)} before anything goes wrong`,
      fix: 'Let groups overlap by weakening needs, or take work out of the restore; do not just write smaller numbers.',
    }
  },
}
