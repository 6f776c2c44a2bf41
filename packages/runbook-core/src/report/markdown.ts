import { BY_THE_TEAM } from './by-the-team.ts'
import { markdownActions } from './markdown-actions.ts'
import { markdownIssues } from './markdown-issues.ts'
import { markdownMetrics } from './markdown-metrics.ts'
import { markdownTimeline } from './markdown-timeline.ts'
import { modeSentence } from './mode-sentence.ts'
import { markdownText } from './neutralise.ts'
import { notProven } from './not-proven.ts'
import type { Report } from './schema.ts'

const RESULTS: Readonly<Record<Report['symbol'], string>> = {
  '✅': '✅ Success',
  '⚠️': '⚠️ Partial',
  '❌': '❌ Failed',
}

/**
 * `report.md`: the drill report's template (seed-facts C.12), every line from the journal or left to the team. A recovery is an
 * incident report.
 */
export function markdownReport(report: Report): string {
  const kind = report.mode === 'recovery' ? 'Incident' : 'Drill'
  const sections = [
    [markdownText(modeSentence(report.mode, report.target))],
    [`# DR ${kind} Report - ${report.startedAt.slice(0, 10)}`],
    summary(report),
    markdownMetrics(report),
    markdownTimeline(report, kind),
    markdownIssues(report),
    ['## Lessons Learned', `- ${BY_THE_TEAM}`],
    markdownActions(report),
    runbookUpdates(report),
    checked(report),
    ['## What this run does not prove', ...bullets(notProven(report))],
  ]
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function summary(report: Report): string[] {
  const people = [...new Set(report.approvals.map((approval) => approval.by))]
  const faults = report.faults.map((fault) => fault.kind).join(', ')
  return [
    '## Summary',
    `- Date: ${report.startedAt.slice(0, 10)} ${report.startedAt.slice(11, 16)} UTC`,
    `- Participants: ${people.length === 0 ? BY_THE_TEAM : `${markdownText(people.join(', '))} (approved); others ${BY_THE_TEAM}`}`,
    `- Scenario: ${markdownText(report.runbook.title)}${faults === '' ? '' : ` with ${markdownText(faults)}`}`,
    `- Result: ${report.passed === null ? 'dry run: nothing was done' : RESULTS[report.symbol]}`,
    `- Verdict: ${report.verdict.kind}: ${markdownText(report.verdict.reason)}`,
    `- Next: ${markdownText(report.verdict.next)}`,
    `- Run: ${markdownText(report.runId)}, target ${markdownText(report.target)}, seed ${report.seed}, runbook digest ${markdownText(report.runbook.digest)}`,
  ]
}

/** Deviations that the journal shows; what to change because of them is for people. */
function runbookUpdates(report: Report): string[] {
  const over = report.groups.filter(
    (group) => group.budgetMs !== null && group.durationMs !== null && group.durationMs > group.budgetMs,
  )
  const lines = over.map(
    (group) =>
      `- ${markdownText(group.title)}: took ${group.durationMs} ms of its ${group.budgetMs} ms; change and reason ${BY_THE_TEAM}`,
  )
  return ['## Runbook Updates', ...(lines.length === 0 ? [`- ${BY_THE_TEAM}`] : lines)]
}

function checked(report: Report): string[] {
  const items = report.checklist.map(
    ({ title, status, exercised, detail }) =>
      `- [${status === 'passed' ? 'x' : ' '}] ${markdownText(title)}: ${status} (${exercised}); ${markdownText(detail)}`,
  )
  const invariants = report.invariants.map(
    ({ id, name, status, detail }) => `- ${id} ${name}: ${status}; ${markdownText(detail)}`,
  )
  const selection = report.selection.map(
    ({ candidate, chosen, reason }) =>
      `- ${markdownText(candidate)}: ${chosen ? 'chosen' : 'not chosen'}; ${markdownText(reason)}`,
  )
  const left = [...report.held.map((one) => `${one.kind} of step ${one.step}`), ...report.leftBehind]
  return [
    '## Checklist',
    ...orNothing(items),
    '',
    '## Invariants',
    ...invariants,
    '',
    '## Backups considered',
    ...orNothing(selection),
    '',
    '## Left on the target',
    ...bullets(left),
  ]
}

const orNothing = (lines: readonly string[]): readonly string[] => (lines.length === 0 ? ['- none'] : lines)

const bullets = (sentences: readonly string[]): readonly string[] =>
  orNothing(sentences.map((sentence) => `- ${markdownText(sentence)}`))
