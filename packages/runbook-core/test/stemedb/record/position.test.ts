import { formatPosition, parsePosition, requirePosition } from '@dr-drill/runbook-core/stemedb'
import fc from 'fast-check'
import { expect, test } from 'vitest'

test('positions read back, and nothing else does', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (n) => {
      expect(parsePosition(formatPosition(n))).toBe(n)
    }),
  )
  for (const text of ['', '-1', '01', '1.0', ' 1', '1e3', '9007199254740992', '99999999999999999', '١']) {
    expect(parsePosition(text)).toBeNull()
    expect(() => requirePosition(text)).toThrowError(expect.objectContaining({ code: 'input-invalid' }))
  }
})
