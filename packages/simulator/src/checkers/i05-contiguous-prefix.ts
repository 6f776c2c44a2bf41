import { claimsRestored, defineChecker } from './checker.ts'
import { firstHole, firstUntrue } from './truth/served.ts'

/**
 * What is served is exactly the first records of production, at the positions that production gave them: no hole, no other order, no
 * other content. Compared record by record with the ledger.
 * Does not see: runs that do not claim to have restored; and what strangers forged where the run had neither ledger nor key to know it by:
 * then positions alone count.
 */
export const contiguousPrefix = defineChecker('I5', 'contiguous-prefix', (truth) => {
  const { served, ledger, given } = truth
  if (!claimsRestored(truth) || served === null) return ['not-applicable', 'nothing is said to be restored']
  const isKnown = given.ledger || given.trustKey
  const wrong = isKnown ? firstUntrue(ledger, served) : firstHole(served)
  if (wrong < 0) return ['held', `records 1 to ${served.length}, as production wrote them`]
  return ['violated', `record ${wrong + 1} is not the one that production wrote there`]
})
