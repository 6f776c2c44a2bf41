import { claimsRestored, defineChecker, hasMovedClients } from './checker.ts'

/**
 * Where needed bytes are gone for good and nobody accepted the loss, the run does not say that it restored, and lets nobody in.
 * Does not see: bytes that are gone in the source and lie somewhere that the world does not know of.
 */
export const refusesWhenItMust = defineChecker('I18', 'refuses-when-it-must', (truth) => {
  const { expectation, judged } = truth
  if (expectation.kind !== 'must-refuse') return ['not-applicable', 'something can be restored']
  if (claimsRestored(truth)) return ['violated', `${judged.verdict.kind}, although ${expectation.why}`]
  if (hasMovedClients(truth)) return ['violated', `clients were let in, although ${expectation.why}`]
  return ['held', `${judged.verdict.kind}: ${expectation.why}`]
})
