/** How often a property is tried: few times in `npm test`, many with DRILL_TEST_LONG=1. */
export const runs = (few: number): { numRuns: number } => ({
  numRuns: process.env.DRILL_TEST_LONG === '1' ? few * 20 : few,
})
