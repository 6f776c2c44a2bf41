import { compareNaturally } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'

test('numbers are ordered by value, padded or not, alone or in parts', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 2n ** 80n }),
      fc.bigInt({ min: 0n, max: 2n ** 80n }),
      fc.nat(4),
      (a, b, pad) => {
        const sign = a < b ? -1 : a > b ? 1 : 0
        const padded = `${'0'.repeat(pad)}${b}`
        expect(Math.sign(compareNaturally(String(a), padded))).toBe(sign)
        expect(Math.sign(compareNaturally(`3:${a}`, `3:${padded}`))).toBe(sign)
      },
    ),
  )
})

test('is an order', () => {
  const text = fc.string({ maxLength: 6, unit: fc.constantFrom('0', '1', '9', 'a', ':') })
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      expect(Math.sign(compareNaturally(a, b))).toBe(-Math.sign(compareNaturally(b, a)) + 0)
      if (compareNaturally(a, b) <= 0 && compareNaturally(b, c) <= 0)
        expect(compareNaturally(a, c)).toBeLessThanOrEqual(0)
    }),
  )
})
