import { claimsRestored, defineChecker } from './checker.ts'
import { firstUntrue } from './truth/served.ts'

/**
 * What is served is exactly the first records of production, at the positions that production gave them: no hole, no other order, no
 * other content. Compared record by record with the ledger.
 * Does not see: runs that do not claim to have restored.
 */
export const contiguousPrefix = defineChecker('I5', 'contiguous-prefix', (truth) => {
  const { served, ledger } = truth
  if (!claimsRestored(truth) || served === null) return ['not-applicable', 'nothing is said to be restored']
  const wrong = firstUntrue(ledger, served)
  if (wrong < 0) return ['held', `records 1 to ${served.length}, as production wrote them`]
  return ['violated', `record ${wrong + 1} is not the one that production wrote there`]
})
