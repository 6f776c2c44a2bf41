import type { JudgedRun } from '../verdict/judge-run.ts'
import type { StepRecord } from '../verdict/run-record.ts'
import type { Report } from './schema.ts'

/** Every step of the runbook, whether it came to it or not, in authored order. */
export function stepsOf({ steps, plan }: JudgedRun, wall: (at: number) => string): Report['steps'] {
  const budgets = new Map(plan?.steps.map((step) => [step.id, step.budgetMs]))
  return steps.map(({ step, record }) => ({
    id: step.id,
    title: step.title,
    status: record?.status ?? 'not-started',
    exercised: record?.exercised ?? 'no',
    startedAt: record === null || record.started === null ? null : wall(record.started.at),
    durationMs: durationOf(record),
    budgetMs: wholeOrNull(budgets.get(step.id) ?? null),
    attempts: record?.attempts ?? 0,
    detail: record?.skipped?.detail ?? record?.errors.at(-1)?.message ?? '',
  }))
}

/** The groups of the runbook: from the first start to the last end of their steps. */
export function groupsOf({ steps, runbook }: JudgedRun, wall: (at: number) => string): Report['groups'] {
  return runbook.groups.map(({ id, title, budgetMs }) => {
    const records = steps.filter((facts) => facts.step.group === id).map((facts) => facts.record)
    const starts = records.flatMap((record) => record?.started?.at ?? [])
    const ends = records.flatMap((record) => record?.ended?.at ?? [])
    const start = starts.length === 0 ? null : Math.min(...starts)
    const done =
      records.length > 0 &&
      records.every((record) => record?.status === 'succeeded' || record?.status === 'skipped')
    const end = done && ends.length > 0 ? Math.max(...ends) : null
    return {
      id,
      title,
      startedAt: start === null ? null : wall(start),
      endedAt: end === null ? null : wall(end),
      durationMs: start === null || end === null ? null : Math.max(0, end - start),
      budgetMs,
    }
  })
}

/** From the start of the first attempt to the end of the last, ms. */
export function durationOf(record: StepRecord | null): number | null {
  if (record === null || record.started === null || record.ended === null) return null
  return record.ended.at - record.started.at
}

const wholeOrNull = (value: number | null): number | null =>
  value === null ? null : Math.max(0, Math.floor(value))
