import { markdownText } from './neutralise.ts'
import type { Report } from './schema.ts'
import { humanDuration } from './wording.ts'

/** What the template calls the end of each of the procedure's first six numbered parts. */
const PART_ENDS: readonly string[] = [
  'Server provisioned',
  'Backup downloaded',
  'WAL downloaded',
  'Data restored',
  'Service started',
  'Validation complete',
]

/** The template's eight instants, UTC, each with the time since the start. */
export function markdownTimeline(report: Report, kind: 'Drill' | 'Incident'): string[] {
  const what = kind === 'Drill' ? 'Drill' : 'Recovery'
  const parts = report.groups.length === PART_ENDS.length + 1 ? report.groups.slice(0, -1) : report.groups
  const named = parts.map(
    (group, index) =>
      [
        report.groups.length === PART_ENDS.length + 1
          ? (PART_ENDS[index] ?? group.title)
          : `${group.title}: done`,
        group.endedAt,
      ] as const,
  )
  const ended = report.clocks.restoredAt?.at ?? null
  return [
    '## Timeline',
    entry(report, `${what} started`, report.clocks.declaredAt?.at ?? report.startedAt),
    ...named.map(([title, at]) => entry(report, title, at)),
    entry(report, `${what} complete`, ended === null ? null : report.endedAt),
  ]
}

function entry(report: Report, title: string, at: string | null): string {
  if (at === null) return `- --:-- - ${markdownText(title)}: not reached`
  const sinceMs = Date.parse(at) - Date.parse(report.startedAt)
  return `- ${at.slice(11, 16)} - ${markdownText(title)} (+${humanDuration(Math.max(0, sinceMs))})`
}
