/** Runs of a property: a few on each change, many in the long tests. */
export const RUNS = process.env.DRILL_TEST_LONG === '1' ? 5_000 : 250
