import { absence, evidenceOf } from '../verdict/evidence.ts'
import { opaqueSteps } from '../verdict/step-facts.ts'
import { defineInvariant, holds, listed } from './invariant.ts'

/**
 * No step removes or changes the last good copy of anything: all that lay in the source before the run lies there unchanged after
 * it, and no step wrote into it (D80-D82, D90).
 * Does not see: copies that nobody told the run of, and damage by others while it ran (it would be counted as the run's).
 */
export const lastGoodCopySurvives = defineInvariant('I6', 'last-good-copy-survives', ({ record, steps }) => {
  const [write] = record.sourceWrites
  if (write !== undefined) return ['violated', `${write.call} wrote into the source in step ${write.step}`]
  const copies = evidenceOf(record, 'last-good-copy')
  const hurt = copies === null ? [] : [...copies.missing, ...copies.changed]
  if (hurt.length > 0) return ['violated', `missing or changed after the run: ${listed(hurt)}`]
  const opaque = opaqueSteps(steps)
  if (opaque.length > 0) return ['not-checked', `nobody can say what these steps do: ${listed(opaque)}`]
  if (copies === null) return ['not-checked', absence(record, 'last-good-copy')]
  return holds(
    copies.after >= copies.before,
    `${copies.after} of ${copies.before} copies are there unchanged`,
  )
})
