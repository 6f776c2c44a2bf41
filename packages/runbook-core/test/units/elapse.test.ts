import { nextElapseAt } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const HOUR = 3_600_000
const at = (text: string) => Date.parse(text)

test.each([
  [6 * HOUR, '2026-02-11T00:05:00Z', '2026-02-11T06:00:00Z'],
  [6 * HOUR, '2026-02-11T06:00:00Z', '2026-02-11T12:00:00Z'],
  [6 * HOUR, '2026-02-11T05:59:59.999Z', '2026-02-11T06:00:00Z'],
  [6 * HOUR, '2026-02-11T18:00:00Z', '2026-02-12T00:00:00Z'],
  [HOUR / 4, '2026-02-11T00:05:00Z', '2026-02-11T00:15:00Z'],
  [7 * HOUR, '2026-02-11T21:00:00Z', '2026-02-12T00:00:00Z'],
])('aligned to the day, every %i ms: after %s comes %s', (intervalMs, after, next) => {
  expect(nextElapseAt({ intervalMs, alignedToDay: true }, at(after))).toBe(at(next))
})

test('it is later than where it is asked from, by one interval at most, and nothing lies between', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 86_400_000 }),
      fc.integer({ min: 0, max: 4_000_000_000_000 }),
      fc.boolean(),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (intervalMs, after, alignedToDay, part) => {
        const timer = { intervalMs, alignedToDay }
        const next = nextElapseAt(timer, after)
        expect(next).toBeGreaterThan(after)
        expect(next).toBeLessThanOrEqual(after + intervalMs)
        const between = after + Math.floor((next - after) * part)
        if (alignedToDay) expect(nextElapseAt(timer, between)).toBe(next)
      },
    ),
    { numRuns: 200 },
  )
})
