import { defineChecker, holds } from './checker.ts'

/**
 * A restore to a target time serves no record that production acknowledged after it.
 * Does not see: records that were never acknowledged, of which no client knows a time.
 */
export const nothingAfterTarget = defineChecker(
  'I3',
  'nothing-after-target',
  ({ targetAt, served, ledger }) => {
    if (targetAt === null) return ['not-applicable', 'the run has no target time']
    if (served === null) return ['not-applicable', 'nothing is served']
    const { byKey } = ledger.whole
    const late = served.filter(({ key }) => (byKey.get(key)?.at ?? 0) > targetAt)
    return holds(late.length === 0, `${late.length} of ${served.length} records are from after the target`)
  },
)
