import { portableChecksums } from '@dr-drill/runbook-core'
import { decodeFrame, encodeFrame, frameSize, writeFrame } from '@dr-drill/runbook-core/stemedb'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const numRuns = process.env.DRILL_TEST_LONG === '1' ? 5000 : 300
const whole = fc.maxSafeNat()

const fields = fc.record({
  position: whole,
  at: whole,
  durablePosition: whole,
  body: fc.uint8Array({ maxLength: 300 }),
})

test('a record reads back as it was written, wherever it lies', () => {
  fc.assert(
    fc.property(fields, fc.nat({ max: 50 }), (given, before) => {
      const target = new Uint8Array(before + frameSize(given.body.length) + 3)
      const end = writeFrame(portableChecksums, target, before, given)
      const frame = decodeFrame(portableChecksums, target, before, 1000)
      expect(frame).toEqual({ ...given, offset: 1000 + before, bytes: target.subarray(before, end) })
    }),
    { numRuns },
  )
})

test('any changed byte of a record is found', () => {
  fc.assert(
    fc.property(fields, fc.nat(), fc.integer({ min: 1, max: 255 }), (given, where, mask) => {
      const bytes = encodeFrame(portableChecksums, given)
      const at = where % bytes.length
      bytes[at] = bytes[at]! ^ mask
      expect(decodeFrame(portableChecksums, bytes, 0, 0)).not.toHaveProperty('body')
    }),
    { numRuns },
  )
})

test('a record that is cut says how much it needs, or that it is none', () => {
  fc.assert(
    fc.property(fields, fc.nat(), (given, where) => {
      const bytes = encodeFrame(portableChecksums, given)
      const cut = decodeFrame(portableChecksums, bytes.subarray(0, where % bytes.length), 0, 0)
      expect(cut).toMatchObject({ kind: 'short' })
    }),
    { numRuns },
  )
})

test('hostile bytes are no record', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(decodeFrame(portableChecksums, bytes, 0, 0)).not.toHaveProperty('body')
    }),
    { numRuns },
  )
})
