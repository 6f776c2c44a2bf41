import type { Tally } from './tally.ts'

/** A kind is expected to fire in at least one of so many runs per kind. */
const RUNS_PER_KIND = 20

/** How often each kind must have fired in that many runs; 0 for explorations too short to say. */
export const coverageFloor = (runs: number, kinds: number): number =>
  Math.floor(runs / (RUNS_PER_KIND * Math.max(1, kinds)))

/** Kinds that fired less often than the floor asks. */
export function belowFloor(tally: Tally, kinds: readonly string[]): readonly string[] {
  const floor = coverageFloor(tally.runs, kinds.length)
  return kinds.filter((kind) => (tally.faults[kind]?.fired ?? 0) < floor)
}
