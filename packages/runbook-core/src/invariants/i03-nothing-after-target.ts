import { evidenceOf } from '../verdict/evidence.ts'
import { defineInvariant, holds } from './invariant.ts'

/**
 * A restore to a target time brings back nothing from after it (D66, D72).
 * Does not see: records whose time lies: time is the server's own stamp.
 */
export const nothingAfterTarget = defineInvariant('I3', 'nothing-after-target', ({ record }) => {
  if (!record.evidence.has('target-time')) return ['not-applicable', 'the run has no target time']
  const evidence = evidenceOf(record, 'target-time')
  if (evidence === null) return ['not-checked', 'the evidence "target-time" has another shape than expected']
  return holds(
    evidence.returnedAfter === 0,
    `${evidence.returnedAfter} records from after ${evidence.targetAt} came back`,
  )
})
