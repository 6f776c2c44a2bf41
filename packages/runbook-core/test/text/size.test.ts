import { approximateSize, formatSize, parseSize } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const sizes = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })

test('the exact form is read back', () => {
  fc.assert(
    fc.property(sizes, (bytes) => {
      expect(parseSize(formatSize(bytes))).toBe(bytes)
    }),
    { numRuns: 200 },
  )
})

test('the form for sentences is short, never more than there is, and off by less than a tenth', () => {
  fc.assert(
    fc.property(sizes, (bytes) => {
      const shown = approximateSize(bytes)
      expect(shown.replace(/[A-Za-z]/g, '').length).toBeLessThanOrEqual(6)
      expect(parseSize(shown)).toBeLessThanOrEqual(bytes)
      expect(parseSize(shown)).toBeGreaterThanOrEqual(bytes * 0.9 - 1)
    }),
    { numRuns: 200 },
  )
})

test.each([
  [0, '0B'],
  [999, '999B'],
  [32_345_000_000, '32.3GB'],
  [1_000_000, '1MB'],
])('%i bytes are %s', (bytes, shown) => {
  expect(approximateSize(bytes)).toBe(shown)
})
