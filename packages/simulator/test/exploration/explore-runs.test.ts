import { portableChecksums } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addTallies,
  belowFloor,
  coverageFloor,
  type Exploration,
  exploreRuns,
  type PerformDrill,
  runSeed,
} from '../../src/exploration/index.ts'
import { drillOf } from '../../src/fast-check/index.ts'
import { pretend, space } from './support.ts'

const exploration = (perform: PerformDrill, seed = 1): Exploration => ({
  seed,
  draw: (own) => drillOf(fc, space, own),
  checksums: portableChecksums,
  perform,
})
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

/** Fails whenever a runner is killed. */
const kills: PerformDrill = (drill) =>
  pretend(drill, drill.faults.some(({ kind }) => kind === 'kill-runner') ? ['I10'] : [])

describe('runs of an exploration', () => {
  test('however they are divided and in whatever order they end, the tally is the same (property)', () => {
    const whole = exploreRuns(range(0, 40), exploration(kills))
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 3 }), { minLength: 40, maxLength: 40 }),
        fc.nat(3),
        (owners, first) => {
          const shares = [0, 1, 2, 3].map((owner) => range(0, 40).filter((index) => owners[index] === owner))
          const turned = [...shares.slice(first), ...shares.slice(0, first)]
          const tallies = turned.map((share) => exploreRuns(share, exploration(kills)))
          const [head, ...rest] = tallies
          if (head === undefined) throw new Error('there are four shares')
          expect(rest.reduce(addTallies, head)).toEqual(whole)
        },
      ),
      { numRuns: 20 },
    )
  })

  test('the first violation of an invariant is told by its index and seed', () => {
    const tally = exploreRuns(range(0, 200), exploration(kills))
    const first = range(0, 200).find((index) =>
      drillOf(fc, space, runSeed(1, index)).faults.some(({ kind }) => kind === 'kill-runner'),
    )
    expect(tally.violations.I10).toMatchObject({ index: first, seed: runSeed(1, first ?? -1) })
    expect(tally.violations.I10?.runs).toBeGreaterThan(10)
  })

  test('every kind is drawn: alone, and two and three at once', () => {
    const drills = range(0, 600).map((index) => drillOf(fc, space, runSeed(3, index)))
    expect(new Set(drills.map(({ faults }) => faults.length))).toEqual(new Set([0, 1, 2, 3]))
    expect(new Set(drills.flatMap(({ faults }) => faults.map(({ kind }) => kind)))).toEqual(
      new Set(space.kinds),
    )
    expect(new Set(drills.map(({ disaster }) => disaster.kind)).size).toBe(5)
    const tally = exploreRuns(range(0, 600), exploration(kills, 3))
    expect(coverageFloor(600, space.kinds.length)).toBeGreaterThan(0)
    expect(belowFloor(tally, space.kinds)).toEqual([])
  })

  test('a kind that was never seen to strike stays below the floor', () => {
    const silent: PerformDrill = (drill) => {
      const seen = pretend(drill)
      return { ...seen, faults: seen.faults.map((one) => ({ ...one, fired: one.kind !== 's3-outage' })) }
    }
    expect(belowFloor(exploreRuns(range(0, 600), exploration(silent)), space.kinds)).toEqual(['s3-outage'])
  })

  test('what depends on memory is told with the draw at which it parts', () => {
    const forgetful: PerformDrill = (drill, { memory, draws }) => {
      draws?.record({ stream: 'seed:1/host', index: 0, value: 7 })
      draws?.record({ stream: 'seed:1/host', index: 1, value: memory ? 1 : 2 })
      return pretend({ ...drill, seed: memory ? 1 : 2 })
    }
    const tally = exploreRuns(range(0, 257), exploration(forgetful))
    expect(tally.repeated).toBe(2)
    expect(Object.values(tally.divergences).map(({ detail }) => detail)).toEqual([
      'the draws part at 1: seed:1/host #1',
      'the draws part at 1: seed:1/host #1',
    ])
  })

  test('a drill that breaks the simulation is counted, and the others go on', () => {
    const broken: PerformDrill = (drill) => {
      if (drill.faults.length === 3) throw new TypeError(`no ${drill.seed}\nhere`)
      return pretend(drill)
    }
    const tally = exploreRuns(range(0, 50), exploration(broken))
    expect(tally.runs).toBe(50)
    expect(Object.keys(tally.crashes)).toEqual(['TypeError: no # here'])
  })
})
