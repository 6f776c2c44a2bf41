import { Clock, OperatingError, type Task } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { patienceOf, patiently } from '../../../../runbook-core/src/actions/support/patience.ts'
import { FakeHost } from '../fakes/fake-host.ts'

function* failingUntil(ms: number, error: OperatingError): Task<string> {
  if ((yield* Clock.drillNow({})) < ms) throw error
  return 'answered'
}

const silent = new OperatingError('store-unavailable', 'no answer')

describe('patiently', () => {
  it('ends with the answer, or exactly when patience ends with the last error', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60_000 }),
        fc.integer({ min: 0, max: 60_000 }),
        (until, patienceMs) => {
          const host = new FakeHost()
          const task = patiently(patienceOf(patienceMs), 'the store', () => failingUntil(until, silent))
          if (until > patienceMs) {
            expect(() => host.run(task)).toThrow(silent)
            expect(host.clock.now).toBe(patienceMs)
          } else {
            expect(host.run(task)).toBe('answered')
            // The last wait is the longest: at most 5 s of it are lost.
            expect(host.clock.now).toBeLessThan(until + 5_000)
          }
          expect(host.told.length).toBe(until === 0 ? 0 : 1)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('does not hammer: waits grow', () => {
    const host = new FakeHost()
    expect(() => host.run(patiently(patienceOf(60_000), 'x', () => failingUntil(1e9, silent)))).toThrow()
    const asked = host.calls.filter((call) => call.method === 'sleep').length
    expect(asked).toBeLessThan(40)
    expect(asked).toBeGreaterThan(10)
  })

  it.each(['store-denied', 'object-missing', 'response-invalid', 'input-invalid'] as const)(
    'throws %s at once: waiting does not mend it',
    (code) => {
      const host = new FakeHost()
      const error = new OperatingError(code, 'no')
      expect(() => host.run(patiently(patienceOf(60_000), 'x', () => failingUntil(1e9, error)))).toThrow(
        error,
      )
      expect(host.clock.now).toBe(0)
    },
  )
})
