import type { JudgedRun } from '../verdict/judge-run.ts'
import type { Report } from './schema.ts'

type Issue = Report['issues'][number]

/** What went otherwise than planned, as far as the journal knows: faults, failed attempts, refusals, interruptions, violations. */
export function issuesOf(judged: JudgedRun): Report['issues'] {
  return [
    ...faultIssues(judged),
    ...stepIssues(judged),
    ...selectionIssues(judged),
    ...resumeIssues(judged),
    ...invariantIssues(judged),
  ]
}

function faultIssues({ record, faults }: JudgedRun): Issue[] {
  const fired = record.faultsFired.map(({ fault, detail }) => ({
    text: `Fault ${fault.kind} fired: ${detail}`,
    impactMs: null,
    resolution: null,
  }))
  const silent = faults
    .filter((fault) => !fault.fired)
    .map((fault) => ({
      text: `Fault ${fault.kind} was asked for and did not fire`,
      impactMs: 0,
      resolution: null,
    }))
  return [...fired, ...silent]
}

function stepIssues({ steps }: JudgedRun): Issue[] {
  return steps.flatMap(({ step, record }) => {
    const error = record?.errors.at(-1)
    if (record === null || error === undefined) return []
    const failures = record.errors.length === 1 ? 'failed once' : `failed ${record.errors.length} times`
    return [
      {
        text: `Step ${step.id} ${failures}: ${error.message}`,
        impactMs: record.waitedMs,
        resolution: record.status === 'succeeded' ? `attempt ${record.attempts} succeeded` : null,
      },
    ]
  })
}

function selectionIssues({ selection }: JudgedRun): Issue[] {
  const chosen = selection.find((one) => one.chosen)
  return selection
    .filter((one) => !one.chosen && !one.reason.startsWith('usable'))
    .map((one) => ({
      text: `Candidate ${one.candidate} was refused: ${one.reason}`,
      impactMs: null,
      resolution: chosen === undefined ? null : `${chosen.candidate} was taken`,
    }))
}

function resumeIssues({ record }: JudgedRun): Issue[] {
  return record.resumes.map(({ gapMs }) => ({
    text: 'The process that carried out the run ended early',
    impactMs: gapMs,
    resolution: 'resumed from the journal',
  }))
}

function invariantIssues({ invariants }: JudgedRun): Issue[] {
  return invariants
    .filter((one) => one.status === 'violated')
    .map((one) => ({
      text: `${one.id} ${one.name} violated: ${one.detail}`,
      impactMs: null,
      resolution: null,
    }))
}
