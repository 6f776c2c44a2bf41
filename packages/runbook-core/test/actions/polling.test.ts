import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pollPauseMs } from '../../src/actions/support/polling.ts'

test('a wait is asked about often while it is short, seldom while it is long, and at its end (property)', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 10, max: 1_000 }),
      fc.integer({ min: 1, max: 3_600_000 }),
      (least, patience) => {
        let waited = 0
        let asked = 0
        let isPrompt = true
        while (waited < patience) {
          const pause = pollPauseMs(least, waited, patience)
          isPrompt &&= pause > 0 && pause <= Math.max(least, waited / 10)
          waited += pause
          asked += 1
        }
        expect(isPrompt).toBe(true)
        expect(waited).toBe(patience)
        expect(asked).toBeLessThan(120 + patience / 10_000 + 1_000 / least)
      },
    ),
  )
})

test('the first questions come at the pace that was asked for', () => {
  expect([
    pollPauseMs(200, 0, 60_000),
    pollPauseMs(200, 1_999, 60_000),
    pollPauseMs(200, 5_000, 60_000),
  ]).toEqual([200, 200, 500])
})
