import type { AuthoredStep } from '@dr-drill/runbook-core'
import { inputsOf, stepOperator, withInput } from '../mutant.ts'

/** Nothing is waited for. */
export const removeWait = stepOperator('remove-wait', 'remove a wait', function* (step) {
  for (const [field] of inputsOf(step)) {
    if (field !== 'patienceMs' && field !== 'ttlMs') continue
    yield { at: field, detail: `${field} 1`, step: withInput(step, field, 1) }
  }
})

/** A step that fails once has failed. */
export const dropRetry = stepOperator('drop-retry', 'try only once', function* (step) {
  if (step.retry === undefined) return
  const { retry: _, ...rest } = step
  yield { at: 'retry', detail: 'one attempt', step: rest as AuthoredStep }
})

/** A step is given a second. */
export const shortenTimeout = stepOperator('shorten-timeout', 'give up too early', function* (step) {
  yield { at: 'timeout', detail: 'a timeout of 1 ms', step: { ...step, timeout: '1ms' } }
})

/** A step that depends on what the host can do, or on a parameter, is always done. */
export const dropCondition = stepOperator('drop-condition', 'do a step whatever holds', function* (step) {
  if (step.when !== undefined) {
    const { when: _, ...rest } = step
    yield { at: 'when', detail: 'is always done', step: rest as AuthoredStep }
  }
})
