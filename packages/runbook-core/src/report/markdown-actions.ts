import { formatInstant } from '../text/instant.ts'
import { BY_THE_TEAM } from './by-the-team.ts'
import { FOLLOW_UPS } from './follow-up.ts'
import type { Report } from './schema.ts'

/** The tasks that follow, due from the moment service was restored, or else from the end of the run. */
export function markdownActions(report: Report): string[] {
  const from = Date.parse(report.clocks.restoredAt?.at ?? report.endedAt)
  const lines = FOLLOW_UPS.map(({ title, items, dueMs }) => {
    const due = formatInstant(from + dueMs)
    return `- [ ] ${title} (${items.join('; ')}) - Owner: ${BY_THE_TEAM} - Due: ${due.slice(0, 10)} ${due.slice(11, 16)} UTC`
  })
  return ['## Action Items', ...lines]
}
