import { claimsRestored, defineChecker, holds } from './checker.ts'

/**
 * Of what clients had been promised nothing older is lost than the timers' worst case and what the faults that fired excuse. Loss is
 * the production's own ledger against what the engine holds.
 * Does not see: promises that the ledger does not hold, and whether the worst case is acceptable.
 */
export const lossWithinDerivedRpo = defineChecker('I2', 'loss-within-derived-rpo', (truth) => {
  const { loss, ledger, judged, excused, targetAt } = truth
  if (!claimsRestored(truth) || loss === null) return ['not-applicable', 'nothing is said to be restored']
  if (targetAt !== null) return ['not-applicable', 'a restore to a target time gives up what came later']
  const { derivedWorstCaseMs } = judged.objectives.rpo
  if (derivedWorstCaseMs === null || excused.lossMs === null) return ['not-applicable', 'no bound is derived']
  const lossMs = loss.oldestLostAt === null ? 0 : ledger.failureAt - loss.oldestLostAt
  const allowedMs = derivedWorstCaseMs + excused.lossMs
  return holds(
    lossMs <= allowedMs,
    `${lossMs} ms are lost; the timers allow ${derivedWorstCaseMs} ms and the faults ${excused.lossMs} ms`,
  )
})
