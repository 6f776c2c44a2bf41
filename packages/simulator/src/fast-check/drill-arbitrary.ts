import type * as fc from 'fast-check'
import { type DrawnDrill, drawDrill, type ExplorationSpace, simplerDrills } from '../exploration/index.ts'
import type { FastCheck } from './arbitrary-of.ts'

/**
 * Drills of an exploration. The library gives the seed, everything else follows from it; shrinking needs nothing but the value, so a
 * replay path leads from the seed to the same counterexample anywhere.
 */
export function drillArbitrary(library: FastCheck, space: ExplorationSpace): fc.Arbitrary<DrawnDrill> {
  return new (class extends library.Arbitrary<DrawnDrill> {
    override generate(random: fc.Random): fc.Value<DrawnDrill> {
      return new library.Value(space.settled(drawDrill(random.nextInt(0, 0x7fff_ffff), space)), undefined)
    }

    override canShrinkWithoutContext(value: unknown): value is DrawnDrill {
      return typeof value === 'object' && value !== null && 'failureAt' in value
    }

    override shrink(drill: DrawnDrill): fc.Stream<fc.Value<DrawnDrill>> {
      const values = function* (): IterableIterator<fc.Value<DrawnDrill>> {
        for (const simpler of simplerDrills(drill, space)) yield new library.Value(simpler, undefined)
      }
      return new library.Stream(values())
    }
  })()
}
