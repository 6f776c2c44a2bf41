import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DrawnDrill, laterMoments, simplerDrills } from '../../src/exploration/index.ts'
import { drillOf, findSimplest } from '../../src/fast-check/index.ts'
import { momentText } from '../../src/faults/index.ts'
import { FIRST_BACKUP_AT, space } from './support.ts'

const kindsOf = ({ faults }: DrawnDrill) => faults.map(({ kind }) => kind)
const seeds = fc.nat(0x7fff_ffff)

describe('a counterexample', () => {
  test('comes down to the faults it needs, the smallest history and a plain disaster (property)', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom(...space.kinds), (seed, kind) => {
        const fails = (drill: DrawnDrill) => kindsOf(drill).includes(kind)
        fc.pre(fails(drillOf(fc, space, seed)))
        const found = findSimplest(fc, space, seed, fails, 2_000)
        if (found === null) throw new Error('it failed and fails no more')
        expect(kindsOf(found.drill)).toEqual([kind])
        expect(found.drill.production.assertions).toBe(40)
        expect(found.drill.failureAt).toBe(FIRST_BACKUP_AT)
        expect(found.drill.disaster).toEqual({ kind: 'server', detectionMs: 0, declarationMs: 0 })
        expect(drillOf(fc, space, seed, found.path)).toEqual(found.drill)
      }),
      { numRuns: 20 },
    )
  })

  test('what holds has none', () => {
    expect(findSimplest(fc, space, 5, () => false, 10)).toBeNull()
  })

  test('the search ends when its budget does, with what it has', () => {
    let performed = 0
    const fails = () => {
      performed += 1
      return true
    }
    expect(findSimplest(fc, space, 9, fails, 3)?.performed).toBeLessThanOrEqual(3)
    expect(performed).toBeLessThanOrEqual(3)
  })

  test('whoever takes simpler ones again and again comes to an end (property)', () => {
    fc.assert(
      fc.property(seeds, fc.infiniteStream(fc.nat()), (seed, choices) => {
        let drill: DrawnDrill | undefined = drillOf(fc, space, seed)
        let steps = 0
        while (drill !== undefined) {
          const simpler: DrawnDrill[] = [...simplerDrills(drill, space)]
          const choice: number = choices.next().value ?? 0
          drill = simpler[choice % Math.max(1, simpler.length)]
          steps += 1
          expect(steps).toBeLessThan(1_000)
        }
      }),
      { numRuns: 50 },
    )
  })
})

describe('later moments', () => {
  const { steps } = space.context

  test('come after it, the latest first; nothing comes after the end of the last step', () => {
    expect(laterMoments('start', space.context)[0]).toBe('start/ends')
    expect(laterMoments('place/effect/2/after', space.context)).toEqual([
      'start/ends',
      'start/begins',
      'place/ends',
      'place/effect/5/after',
      'place/effect/4/after',
      'place/effect/3/after',
    ])
    expect(laterMoments('start/ends', space.context)).toEqual([])
    expect(laterMoments('start/call/20/before', space.context)).toEqual(['start/ends'])
  })

  test('of a step that the runbook does not have there are none', () => {
    expect(laterMoments(momentText({ at: 'step-begins', step: 'stranger' }), { steps })).toEqual([])
    expect(laterMoments('whenever', { steps })).toEqual([])
  })
})
