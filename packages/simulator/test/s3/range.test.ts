import fc from 'fast-check'
import { expect, test } from 'vitest'
import { S3Error } from '../../src/s3/index.ts'
import { parseRange } from '../../src/s3/wire/range.ts'
import { numRuns } from './support.ts'

test('a range is what slicing says, or unsatisfiable when that is empty (property)', () => {
  const place = fc.nat({ max: 30 })
  fc.assert(
    fc.property(
      fc.nat({ max: 20 }),
      place,
      place,
      fc.constantFrom('from-to', 'from', 'suffix'),
      (size, a, b, form) => {
        const bytes = Array.from({ length: size }, (_, index) => index)
        const header =
          form === 'from-to' ? `bytes=${a}-${b}` : form === 'from' ? `bytes=${a}-` : `bytes=-${a}`
        const expected =
          form === 'from-to'
            ? bytes.slice(a, b + 1)
            : form === 'from'
              ? bytes.slice(a)
              : a === 0
                ? []
                : bytes.slice(-a)
        if (form === 'from-to' && b < a) {
          expect(parseRange(header, size)).toBeNull()
        } else if (expected.length === 0) {
          expect(() => parseRange(header, size)).toThrow(
            expect.objectContaining({ code: 'InvalidRange', status: 416 }),
          )
        } else {
          const range = parseRange(header, size)!
          expect(bytes.slice(range.offset, range.offset + range.sizeBytes)).toEqual(expected)
        }
      },
    ),
    { numRuns: numRuns(500) },
  )
})

test('any other header asks for the whole (property)', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.constantFrom('bytes=0-1,3-4', 'bytes=-', 'lines=0-1', 'bytes=a-b')),
      (header) => {
        fc.pre(!/^\s*bytes=(\d+-\d*|-\d+)\s*$/.test(header))
        expect(parseRange(header, 10)).toBeNull()
      },
    ),
    { numRuns: numRuns(200) },
  )
  expect(() => parseRange('bytes=0-', 0)).toThrow(S3Error)
})
