import { invariant } from '../errors/index.ts'
import { formatInstant, parseInstant } from '../text/instant.ts'
import { evidenceOf } from '../verdict/evidence.ts'
import type { JudgedRun } from '../verdict/judge-run.ts'
import { checklistOf } from './checklist.ts'
import { issuesOf } from './issues.ts'
import { groupsOf, stepsOf } from './report-steps.ts'
import { REPORT_SCHEMA_VERSION, type Report } from './schema.ts'

/** The report of a judged run; pure: the same journal gives the same bytes. */
export function buildReport(judged: JudgedRun): Report {
  const { record, runbook } = judged
  const { started } = record
  invariant(started, 'a run without its first event has no report')
  const startedAtMs = parseInstant(started.startedAtWall) ?? 0
  const wall = (at: number): string => formatInstant(startedAtMs + at)
  const oracle = evidenceOf(record, 'oracle')
  return {
    kind: 'report',
    schemaVersion: REPORT_SCHEMA_VERSION,
    runId: started.runId,
    mode: started.mode,
    data: started.data,
    environment: started.environment,
    target: started.target,
    seed: started.seed,
    runbook: { id: started.runbook.id, title: runbook.title, digest: started.runbook.digest },
    scenario: started.scenario,
    faults: judged.faults.map(({ kind, with: parameters, fired }) => ({
      kind,
      with: { ...parameters },
      fired,
    })),
    clocks: clocksOf(judged, wall),
    steps: stepsOf(judged, wall),
    objectives: copyOf(judged.objectives) as Report['objectives'],
    loss: oracle?.loss ?? null,
    sourceRequests: evidenceOf(record, 'source-requests'),
    claims: judged.claims.map((claim) => ({ ...claim })),
    invariants: judged.invariants.map((one) => ({ ...one })),
    checklist: checklistOf(judged),
    selection: judged.selection.map((one) => ({ ...one })),
    verdict: { ...judged.verdict },
    passed: judged.passed,
    symbol: judged.symbol,
    exitCode: judged.exitCode,
    expected: judged.expected,
    tool: { ...started.tool },
    params: copyOf(started.params) as Report['params'],
    startedAt: wall(0),
    endedAt: wall(record.lastAt),
    durationMs: record.lastAt,
    groups: groupsOf(judged, wall),
    lossDetail: oracle === null ? null : { lostIsTail: oracle.lostIsTail, ...oracle.examples },
    issues: issuesOf(judged),
    approvals: record.approvals.map(({ step, by, at }) => ({ step, by, at: wall(at) })),
    resumes: record.resumes.map(({ at, gapMs }) => ({ at: wall(at), gapMs })),
    held: record.obligations.map(({ step, obligation }) => ({
      step,
      kind: obligation.kind,
      subject: { ...obligation.subject },
    })),
    leftBehind: evidenceOf(record, 'left-behind')?.items ?? [],
  }
}

function clocksOf({ record, times }: JudgedRun, wall: (at: number) => string): Report['clocks'] {
  const failureAt =
    evidenceOf(record, 'oracle')?.failureAt ?? evidenceOf(record, 'archive-age')?.failureAt ?? null
  const marked = (name: 'failure' | 'detected' | 'declared') => {
    const mark = record.marks[name]
    if (mark === undefined) return null
    return {
      at: mark.domain === 'history' ? formatInstant(mark.value) : wall(mark.value),
      domain: mark.domain,
    }
  }
  return {
    failureAt: marked('failure') ?? (failureAt === null ? null : { at: failureAt, domain: 'history' }),
    detectedAt: marked('detected'),
    declaredAt: marked('declared') ?? { at: wall(0), domain: 'drill' },
    restoredAt: times.restored === null ? null : { at: wall(times.restored.at), domain: 'drill' },
  }
}

/** A copy that owns its arrays: reports are plain mutable JSON. */
const copyOf = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** The bytes of `report.json`: indented, with a last newline. */
export function reportText(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`
}
