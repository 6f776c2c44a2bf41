import { inputOf, isObject, stepOperator, withInput, without } from '../mutant.ts'

/** A condition that must hold after a step is not asked any more. */
export const dropVerify = stepOperator('drop-verify', 'drop a check after a step', function* (step) {
  for (const [index, condition] of (step.verify ?? []).entries()) {
    yield {
      at: `verify[${index}]`,
      detail: `no longer checks ${condition}`,
      step: { ...step, verify: without(step.verify ?? [], index) },
    }
  }
})

/** A fact of the gate is not asked for; to take it for granted would be the same mistake. */
export const dropGateFact = stepOperator(
  'drop-gate-fact',
  'ask one thing less at the gate',
  function* (step) {
    const facts = inputOf(step, 'facts')
    if (!isObject(facts)) return
    for (const name of Object.keys(facts)) {
      const { [name]: _, ...rest } = facts
      yield {
        at: `facts.${name}`,
        detail: `the gate does not ask ${name}`,
        step: withInput(step, 'facts', rest),
      }
    }
  },
)

/** An alert that fires is expected, whatever it is. */
export const expectAlerts = stepOperator('expect-alerts', 'call firing alerts expected', function* (step) {
  if (!Array.isArray(inputOf(step, 'expected'))) return
  yield {
    at: 'expected',
    detail: 'every alert that an engine can raise is expected',
    step: withInput(step, 'expected', ['StemedbDown', 'BackupTooOld', 'WalArchiveTooOld', 'HighErrorRate']),
  }
})

/** A minimum that the host must have is nothing. */
export const dropMinimum = stepOperator('drop-minimum', 'ask nothing of the host', function* (step) {
  for (const field of ['cpuCoresMin', 'memoryBytesMin', 'freeBytesMin', 'linkBitsPerSecondMin']) {
    const value = inputOf(step, field)
    if (value === undefined || value === 0) continue
    yield { at: field, detail: `${field} is 0`, step: withInput(step, field, 0) }
  }
})
