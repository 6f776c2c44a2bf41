import { type Middleware, OperatingError } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { busyDay, keysUpTo, Production } from './production.ts'
import { restore } from './restore.ts'

const numRuns = process.env.DRILL_TEST_LONG === '1' ? 500 : 25

/** A store that is silent from one instant of drill time to another. */
const silent =
  (fromMs: number, toMs: number) =>
  (production: Production): Middleware =>
  (call, next) => {
    const { nowMs } = production.kernel
    if (call.port === 'ObjectStore' && nowMs >= fromMs && nowMs < toMs) {
      throw new OperatingError('store-unavailable', 'no answer')
    }
    return next(call)
  }

/** A network that loses one request or one answer in `oneIn`: of a lost answer the effect has happened. */
const lossy =
  (oneIn: number) =>
  (production: Production): Middleware =>
  (call, next) => {
    const isOurs = call.port === 'ObjectStore' || call.port === 'Http'
    if (!isOurs || !production.random.chance(1, oneIn)) return next(call)
    const answered = call.port === 'ObjectStore' && production.random.chance(1, 2)
    if (answered) next(call)
    throw new OperatingError(call.port === 'Http' ? 'connection-failed' : 'store-unavailable', 'lost')
  }

describe('a store that fails for a while', () => {
  it('is waited for within the patience', () => {
    const production = new Production({ middleware: silent(0, 4_000) })
    production.start()
    production.write(1, 5)
    production.must(production.archive())
    expect(production.kernel.nowMs).toBeGreaterThanOrEqual(4_000)
    expect(production.verify().problems).toEqual([])
  })

  it('is given up on after the patience, with everything still as it was', () => {
    const production = new Production({ middleware: silent(0, 1e9) })
    production.start()
    production.write(1, 5)
    for (const operation of [production.archive(), production.backup()]) {
      const before = production.kernel.nowMs
      expect(production.failureOf(operation).code).toBe('store-unavailable')
      expect(production.kernel.nowMs - before).toBeLessThanOrEqual(6_000)
    }
    expect(production.store.keys).toEqual([])
  })

  it('is not reported as damage: a verification that cannot read says so instead', () => {
    const { store } = busyDay()
    const production = new Production({ store, middleware: silent(0, 1e9) })
    expect(() => production.verify()).toThrow(expect.objectContaining({ code: 'store-unavailable' }))
  })
})

describe('a network that loses requests and answers', () => {
  it('makes operations slower and nothing else: puts whose answer was lost are recognised', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 2, max: 8 }), (seed, oneIn) => {
        const production = new Production({ seed, middleware: lossy(oneIn) })
        production.start()
        for (let round = 0; round < 3; round += 1) {
          production.write(5 * round + 1, 5 * round + 5)
          production.must(production.archive({ patienceMs: 600_000 }))
          production.must(production.backup({ patienceMs: 600_000 }))
        }
        expect(new Production({ store: production.store }).verify().problems).toEqual([])
        expect(restore(production.store)).toEqual(keysUpTo(15))
      }),
      { numRuns },
    )
  })
})
