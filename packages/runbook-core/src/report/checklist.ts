import type { Exercised } from '../journal/events.ts'
import type { JudgedRun } from '../verdict/judge-run.ts'
import type { StepRecord } from '../verdict/run-record.ts'
import type { Report } from './schema.ts'

type Item = Report['checklist'][number]

/** From what proves least to what proves most. */
const WEIGHT: readonly Exercised[] = ['no', 'recorded', 'sandbox', 'real']

/** The lines a person reads after a restore, each as good as the weakest of its steps. */
export function checklistOf({ runbook, record }: JudgedRun): Report['checklist'] {
  return runbook.checklist.map(({ id, title, steps }) => {
    const records = steps.map((step) => [step, record.steps.get(step) ?? null] as const)
    const exercised = records
      .map(([, one]) => one?.exercised ?? 'no')
      .reduce<Exercised>((a, b) => (WEIGHT.indexOf(b) < WEIGHT.indexOf(a) ? b : a), 'real')
    return { id, title, exercised, ...statusOf(records) }
  })
}

function statusOf(
  records: readonly (readonly [string, StepRecord | null])[],
): Pick<Item, 'status' | 'detail'> {
  const failed = records.find(([, one]) => one?.status === 'failed')
  if (failed !== undefined) {
    return { status: 'failed', detail: `${failed[0]}: ${failed[1]?.errors.at(-1)?.message ?? 'failed'}` }
  }
  const missing = records.find(([, one]) => one?.status !== 'succeeded' && one?.status !== 'skipped')
  if (missing !== undefined) return { status: 'not-run', detail: `${missing[0]} did not end` }
  const skipped = records.find(([, one]) => one?.status === 'skipped')
  if (skipped !== undefined) {
    return { status: 'not-exercised', detail: `${skipped[0]}: ${skipped[1]?.skipped?.detail ?? 'skipped'}` }
  }
  return { status: 'passed', detail: records.map(([step]) => step).join(', ') }
}
