import type { DrawnDrill, ExplorationSpace } from '../exploration/index.ts'
import type { FastCheck } from './arbitrary-of.ts'
import { drillArbitrary } from './drill-arbitrary.ts'

/** A drill that still fails, and how it was reached. */
export interface SimplestDrill {
  readonly drill: DrawnDrill
  /** Replay path of the library, from the run's seed. */
  readonly path: string
  /** Drills performed on the way. */
  readonly performed: number
}

/** The drill of a run's seed, or of a path from there. */
export function drillOf(
  library: FastCheck,
  space: ExplorationSpace,
  seed: number,
  path: string | null = null,
): DrawnDrill {
  const [drill] = library.sample(drillArbitrary(library, space), {
    seed,
    numRuns: 1,
    unbiased: true,
    ...(path === null ? {} : { path }),
  })
  return drill as DrawnDrill
}

/**
 * Shrinks the drill of a run's seed as long as `fails` says that what remains still fails, performing no more than `performedMax`
 * drills: the fewest faults, the latest moments, the smallest history. Null when it does not fail at all.
 */
export function findSimplest(
  library: FastCheck,
  space: ExplorationSpace,
  seed: number,
  fails: (drill: DrawnDrill) => boolean,
  performedMax: number,
): SimplestDrill | null {
  let performed = 0
  const holds = (drill: DrawnDrill): boolean => {
    // Whatever is not looked at any more counts as holding, which ends the search where it is.
    if (performed >= performedMax) return true
    performed += 1
    return !fails(drill)
  }
  const property = library.property(drillArbitrary(library, space), holds)
  const found = library.check(property, { seed, numRuns: 1, unbiased: true })
  if (!found.failed || found.counterexample === null || found.counterexamplePath === null) return null
  return { drill: found.counterexample[0], path: found.counterexamplePath, performed }
}
