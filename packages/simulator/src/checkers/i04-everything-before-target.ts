import { defineChecker, holds } from './checker.ts'

/**
 * A restore to a target time serves every record that production acknowledged up to it and that anything good still holds.
 * Does not see: records that no good copy holds; those are the loss.
 */
export const everythingBeforeTarget = defineChecker(
  'I4',
  'everything-before-target',
  ({ targetAt, served, ledger, expectation }) => {
    if (targetAt === null) return ['not-applicable', 'the run has no target time']
    if (served === null || expectation.kind !== 'must-recover')
      return ['not-applicable', 'nothing must be served']
    const keys = new Set(served.map(({ key }) => key))
    const missing = ledger.whole.records.filter(
      ({ key, at, position }) => at <= targetAt && position <= expectation.through && !keys.has(key),
    )
    return holds(missing.length === 0, `${missing.length} records from before the target are not served`)
  },
)
