import { defineInvariant } from './invariant.ts'

/**
 * Service is restored within the RTO. Follows the objective: met is held, missed violated, not-comparable not-applicable.
 * Does not see: time before the declaration (detection, decision), and whether clients far away already see the new address.
 */
export const rtoWithinObjective = defineInvariant('I1', 'rto-within-objective', ({ objectives }) => {
  const { status, measuredMs, targetMs, reasons } = objectives.rto
  const measured = measuredMs === null ? 'service was not restored' : `restored after ${measuredMs} ms`
  if (status === 'not-comparable')
    return ['not-applicable', `${measured}; not comparable: ${reasons.join('; ')}`]
  return [status === 'met' ? 'held' : 'violated', `${measured}; the target is ${targetMs} ms`]
})
