import { absence, evidenceOf } from '../verdict/evidence.ts'
import { defineInvariant, listed } from './invariant.ts'

/**
 * Every candidate backup was taken or refused with a reason, and exactly one was taken if data was placed (D20-D23).
 * Does not see: candidates that the store did not list, and whether a reason is right.
 */
export const selectionExplained = defineInvariant(
  'I14',
  'selection-explained',
  ({ selection, steps, record }) => {
    if (record.evidence.has('selection') && evidenceOf(record, 'selection') === null) {
      return ['not-checked', absence(record, 'selection')]
    }
    const choosing = steps.filter(
      ({ traits, record: ran }) => traits.includes('selects') && ran !== null && ran.started !== null,
    )
    if (choosing.length === 0 && selection.length === 0) return ['not-applicable', 'no step came to choose']
    const silent = selection.filter((one) => one.reason.trim() === '').map((one) => one.candidate)
    if (silent.length > 0) return ['violated', `no reason for ${listed(silent)}`]
    const chosen = selection.filter((one) => one.chosen).map((one) => one.candidate)
    if (chosen.length > 1) return ['violated', `more than one was taken: ${listed(chosen)}`]
    const placed = steps.some(
      ({ traits, record: ran }) => traits.includes('places') && ran?.status === 'succeeded',
    )
    if (placed && chosen.length === 0)
      return ['violated', 'data was placed and no candidate is said to be taken']
    if (selection.length > 0) return ['held', `${selection.length} candidates, each with its reason`]
    // A refusal names its candidates in the error, which the journal holds.
    const cause = record.ended?.firstCause ?? null
    if (cause !== null && choosing.some(({ record: ran }) => ran?.status !== 'succeeded')) {
      return cause.message.trim() === ''
        ? ['violated', 'the refusal gives no reason']
        : ['held', `nothing was taken: ${cause.message}`]
    }
    return ['not-checked', 'the choosing steps left no list of candidates']
  },
)
