import { evidenceOf } from '../verdict/evidence.ts'
import { defineInvariant, holds } from './invariant.ts'

/**
 * What an earlier restore cut off never comes back in a later one (D78).
 * Does not see: cut-off ranges of which no tombstone was kept.
 */
export const noResurrection = defineInvariant('I13', 'no-resurrection', ({ record }) => {
  if (!record.evidence.has('tombstones')) return ['not-applicable', 'the source has no tombstone']
  const evidence = evidenceOf(record, 'tombstones')
  if (evidence === null) return ['not-checked', 'the evidence "tombstones" has another shape than expected']
  return holds(
    evidence.returned === 0,
    `${evidence.returned} of ${evidence.fenced} cut-off records came back`,
  )
})
