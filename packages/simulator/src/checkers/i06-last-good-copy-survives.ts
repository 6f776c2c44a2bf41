import { defineChecker, holds, listed } from './checker.ts'

/**
 * The run takes nothing away from what is left of production: it writes and deletes nothing in the source. Seen below the actions, at
 * the port, whether the source accepted it or not.
 * Does not see: copies outside the source; what faults destroy is the faults'.
 */
export const lastGoodCopySurvives = defineChecker(
  'I6',
  'last-good-copy-survives',
  ({ sourceWrites, source }) =>
    holds(
      sourceWrites.length === 0,
      sourceWrites.length === 0
        ? `${source.keys.length - source.lost.length} of ${source.keys.length} objects are good, and the run touched none`
        : `the run wrote into the source: ${listed(sourceWrites)}`,
    ),
)
