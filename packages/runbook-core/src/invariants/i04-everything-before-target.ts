import { evidenceOf } from '../verdict/evidence.ts'
import { defineInvariant, holds } from './invariant.ts'

/**
 * A restore to a target time brings back everything from before it that any good copy holds (D71, D77).
 * Does not see: records that no good copy held; those are the loss.
 */
export const everythingBeforeTarget = defineInvariant('I4', 'everything-before-target', ({ record }) => {
  if (!record.evidence.has('target-time')) return ['not-applicable', 'the run has no target time']
  const evidence = evidenceOf(record, 'target-time')
  if (evidence === null) return ['not-checked', 'the evidence "target-time" has another shape than expected']
  return holds(
    evidence.missingBefore === 0,
    `${evidence.missingBefore} archived records from before ${evidence.targetAt} did not come back`,
  )
})
