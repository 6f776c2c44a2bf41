import { claimsRestored, defineChecker } from './checker.ts'

/**
 * Where every needed byte has a good copy, the service is restored with exactly the records that these copies hold, once the world has
 * healed and the run was given the chance to go on.
 * Does not see: how long it took (I1) and how much was lost that nobody had archived (I2).
 */
export const recoversWhenItMust = defineChecker('I17', 'recovers-when-it-must', (truth) => {
  const { expectation, served, judged } = truth
  if (expectation.kind !== 'must-recover') return ['not-applicable', expectation.why]
  const { kind, reason } = judged.verdict
  if (kind === 'inconclusive' && truth.unfiredFaults.length > 0) {
    return ['not-applicable', 'a fault that was asked for did not strike: the run shows nothing']
  }
  if (!claimsRestored(truth) || served === null) {
    return ['violated', `${expectation.why}, but the run is ${kind}: ${reason}`]
  }
  if (truth.targetAt !== null) return ['held', `${served.length} records are served`]
  return [
    served.length === expectation.through ? 'held' : 'violated',
    `${served.length} records are served; good copies hold ${expectation.through}`,
  ]
})
