import { formatDuration, formatSize, OperatingError, parseDuration, parseSize } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const numRuns = process.env.DRILL_TEST_LONG === '1' ? 5_000 : 300

describe('durations', () => {
  test('every integer of milliseconds survives being written and read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms)
      }),
      { numRuns },
    )
  })

  test('any text is read or refused with a typed error', () => {
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^[PT0-9.HMSDhmsd ]{0,20}$/))
    fc.assert(
      fc.property(texts, (text) => {
        try {
          expect(Number.isSafeInteger(parseDuration(text))).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(OperatingError)
        }
      }),
      { numRuns },
    )
  })

  test.each([
    ['4h', 14_400_000],
    ['15m30s', 930_000],
    ['500ms', 500],
    ['PT15M', 900_000],
    ['P1DT2H', 93_600_000],
    ['1.5s', 1_500],
    ['0.25h', 900_000],
    ['0s', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  test.each(['', '5', '1 h', 's', '30s1h', '1s1s', 'P', 'PT', '-1s', '1e3s', '9999999999999d', '0.0005s'])(
    '"%s" is refused with a form to copy',
    (text) => {
      expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'input-invalid' }))
    },
  )
})

describe('sizes', () => {
  test('every integer of bytes survives being written and read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e15 }), (bytes) => {
        expect(parseSize(formatSize(bytes))).toBe(bytes)
      }),
      { numRuns },
    )
  })

  test.each([
    ['64MiB', 67_108_864],
    ['1.5GB', 1_500_000_000],
    ['512B', 512],
    ['0B', 0],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes)
  })

  test.each(['', '64', '64mb', '1.5B', '-1B', '1constructor', '64 MiB'])('"%s" is refused', (text) => {
    expect(() => parseSize(text)).toThrow(expect.objectContaining({ code: 'input-invalid' }))
  })
})
