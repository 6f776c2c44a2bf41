import { BY_THE_TEAM } from './by-the-team.ts'
import { markdownText } from './neutralise.ts'
import type { Report } from './schema.ts'
import { humanDuration } from './wording.ts'

/** What went otherwise than planned. */
export function markdownIssues(report: Report): string[] {
  const lines = report.issues.flatMap((issue, index) => [
    `${index + 1}. ${markdownText(issue.text)}`,
    `   - Impact: ${issue.impactMs === null ? 'on the RTO not measured' : `${humanDuration(issue.impactMs)} of the RTO`}`,
    `   - Resolution: ${issue.resolution === null ? BY_THE_TEAM : markdownText(issue.resolution)}`,
    `   - Preventive action: ${BY_THE_TEAM}`,
  ])
  return ['## Issues Encountered', ...(lines.length === 0 ? ['- none that the journal shows'] : lines)]
}
