import { claimsRestored, defineChecker, hasMovedClients } from './checker.ts'

/**
 * From the declaration to the instant at which clients reach a restored server no more time passes than the objective and what the
 * faults that fired excuse. Measured by the world's clock at its own balancer and name servers.
 * Does not see: runs that refuse or never restore (not applicable: whether they should have is I17's), and a server that answers slowly.
 */
export const rtoWithinObjective = defineChecker('I1', 'rto-within-objective', (truth) => {
  if (!claimsRestored(truth) || !hasMovedClients(truth))
    return ['not-applicable', 'no client reaches a restored server']
  const reachedAt = Math.max(...truth.exposures.filter(({ what }) => what !== 'bind').map(({ at }) => at))
  const tookMs = reachedAt - truth.declaredAt
  const { targetMs } = truth.judged.objectives.rto
  const { delayMs } = truth.excused
  if (delayMs === null) return ['held', `clients served after ${tookMs} ms; a fault excuses any delay`]
  const allowedMs = targetMs + delayMs
  return [
    tookMs <= allowedMs ? 'held' : 'violated',
    `clients served after ${tookMs} ms; allowed are ${targetMs} ms and ${delayMs} ms for faults`,
  ]
})
