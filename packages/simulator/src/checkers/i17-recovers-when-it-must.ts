import { claimsRestored, defineChecker, type Finding, hasMovedClients } from './checker.ts'
import type { DrillTruth } from './truth/drill-truth.ts'
import type { Bounds } from './truth/expectation.ts'

/**
 * Where every needed byte has a good copy, the service is restored with exactly the records that these copies hold, once the world has
 * healed and the run was given the chance to go on. Where a fault makes it right to stop, the run restores as much or has let nobody in.
 * What it must bear it bears by itself: nobody had to let it go on.
 * Does not see: how long it took (I1) and how much was lost that nobody had archived (I2).
 */
export const recoversWhenItMust = defineChecker('I17', 'recovers-when-it-must', (truth) => {
  const { expectation, judged } = truth
  if (expectation.kind === 'must-recover') return restored(truth, expectation, expectation.why)
  if (expectation.kind !== 'may-stop') return ['not-applicable', expectation.why]
  if (claimsRestored(truth) || hasMovedClients(truth))
    return restored(truth, expectation, 'clients were let in')
  return ['held', `${judged.verdict.kind}, and nobody was let in: ${expectation.why}`]
})

function restored(truth: DrillTruth, { through, orMore, orLess, unaided }: Bounds, why: string): Finding {
  const { served, judged, targetAt } = truth
  const { kind, reason } = judged.verdict
  // A run that shows nothing because a fault did not strike has restored all the same, or it has not.
  const isRestored = claimsRestored(truth) || (kind === 'inconclusive' && hasMovedClients(truth))
  if (!isRestored || served === null) return ['violated', `${why}, but the run is ${kind}: ${reason}`]
  if (unaided && truth.helped > 0)
    return ['violated', 'nothing befell the run that it must not bear, and it ended before it had restored']
  if (targetAt !== null) return ['held', `${served.length} records are served`]
  const isRight = served.length >= (orLess ?? through) && (orMore || served.length <= through)
  const least = orLess === null || orLess === through ? '' : `${orLess} to `
  return [
    isRight ? 'held' : 'violated',
    `${served.length} records are served; good copies hold ${least}${through}`,
  ]
}
