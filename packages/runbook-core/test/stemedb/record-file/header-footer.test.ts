import { INSTANT_MAX, portableChecksums } from '@dr-drill/runbook-core'
import {
  decodeFooter,
  decodeHeader,
  encodeFooter,
  encodeHeader,
  HEADER_BYTES,
  locateFooter,
  type RecordFileFooter,
  TRAILER_BYTES,
} from '@dr-drill/runbook-core/stemedb'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { headerOf } from '../memory-files.ts'

const numRuns = process.env.DRILL_TEST_LONG === '1' ? 5000 : 300
const whole = fc.maxSafeNat()
const instant = fc.nat({ max: INSTANT_MAX })
const history = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .filter((bytes) => bytes.some((byte) => byte !== 0))
  .map((bytes) => Buffer.from(bytes).toString('hex'))

const headers = fc.record({
  kind: fc.constantFrom('segment' as const, 'checkpoint' as const),
  history,
  number: whole,
  firstPosition: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  parentHistory: fc.option(history),
  forkPosition: whole,
  createdAt: instant,
  appliedPosition: whole,
})

const footers: fc.Arbitrary<RecordFileFooter> = fc.nat({ max: 300_000 }).chain((footerStart) =>
  fc.record({
    recordCount: whole,
    lastPosition: whole,
    firstRecordAt: fc.constant(7),
    lastRecordAt: instant.map((at) => at + 7 - (at % 8)),
    dataEnd: fc.nat({ max: footerStart }),
    footerStart: fc.constant(footerStart),
    blockCrcs: fc.uint32Array({
      minLength: Math.ceil(footerStart / 65_536),
      maxLength: Math.ceil(footerStart / 65_536),
    }),
  }),
)

test('headers and footers read back as they were written', () => {
  fc.assert(
    fc.property(headers, footers, (header, footer) => {
      expect(decodeHeader(portableChecksums, encodeHeader(portableChecksums, header))).toEqual(header)
      const bytes = encodeFooter(portableChecksums, footer)
      const start = locateFooter(footer.footerStart + bytes.length, bytes.subarray(-TRAILER_BYTES))
      expect(start).toBe(footer.footerStart)
      expect(decodeFooter(portableChecksums, bytes, footer.footerStart)).toEqual(footer)
    }),
    { numRuns },
  )
})

test('any changed byte of a header or a footer is found', () => {
  fc.assert(
    fc.property(
      headers,
      footers,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (header, footer, where, mask) => {
        const head = encodeHeader(portableChecksums, header)
        head[where % head.length]! ^= mask
        expect(decodeHeader(portableChecksums, head)).toBeNull()
        const foot = encodeFooter(portableChecksums, footer)
        foot[where % foot.length]! ^= mask
        const size = footer.footerStart + foot.length
        const start = locateFooter(size, foot.subarray(-TRAILER_BYTES))
        expect(start === null ? null : decodeFooter(portableChecksums, foot, start)).toBeNull()
      },
    ),
    { numRuns },
  )
})

test('hostile bytes are neither header nor footer', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(), (bytes, size) => {
      expect(decodeHeader(portableChecksums, bytes)).toBeNull()
      const start = locateFooter(size, bytes.subarray(-TRAILER_BYTES))
      expect(start === null ? null : decodeFooter(portableChecksums, bytes, start)).toBeNull()
    }),
    { numRuns },
  )
})

test('an intact header of a later format is told from damage', () => {
  const bytes = encodeHeader(portableChecksums, headerOf())
  const view = new DataView(bytes.buffer)
  view.setUint16(8, 2, true)
  view.setUint32(HEADER_BYTES - 4, portableChecksums.crc32(bytes.subarray(0, HEADER_BYTES - 4)), true)
  expect(() => decodeHeader(portableChecksums, bytes)).toThrowError(
    expect.objectContaining({ code: 'version-mismatch' }),
  )
})
