import { claimsRestored, defineChecker, hasMovedClients } from './checker.ts'

/**
 * Where every needed byte has a good copy, the service is restored with exactly the records that these copies hold, once the world has
 * healed and the run was given the chance to go on.
 * Does not see: how long it took (I1) and how much was lost that nobody had archived (I2).
 */
export const recoversWhenItMust = defineChecker('I17', 'recovers-when-it-must', (truth) => {
  const { expectation, served, judged } = truth
  if (expectation.kind !== 'must-recover') return ['not-applicable', expectation.why]
  const { kind, reason } = judged.verdict
  // A run that shows nothing because a fault did not strike has restored all the same, or it has not.
  const isRestored = claimsRestored(truth) || (kind === 'inconclusive' && hasMovedClients(truth))
  if (!isRestored || served === null) {
    return ['violated', `${expectation.why}, but the run is ${kind}: ${reason}`]
  }
  if (truth.targetAt !== null) return ['held', `${served.length} records are served`]
  const { through, orMore } = expectation
  const isExact = served.length === through || (orMore && served.length > through)
  return [isExact ? 'held' : 'violated', `${served.length} records are served; good copies hold ${through}`]
})
