import { CANONICAL_DEPTH_MAX, canonicalJson, compareUtf8, OperatingError } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const numRuns = process.env.DRILL_TEST_LONG === '1' ? 5000 : 200
const json = fc.jsonValue({ stringUnit: 'binary', maxDepth: 5 })

/** The same value with every object's keys inserted in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const copy: Record<string, unknown> = Object.create(null)
  for (const [key, part] of Object.entries(value).reverse()) copy[key] = reversed(part)
  return copy
}

describe('canonical JSON', () => {
  it('reads back as the same value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
      { numRuns },
    )
  })

  it('does not depend on the order in which keys were inserted, and is a fixed point', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value)
        expect(canonicalJson(reversed(value))).toBe(text)
        expect(canonicalJson(JSON.parse(text))).toBe(text)
      }),
      { numRuns },
    )
  })

  it('sorts keys by their UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: 'binary', maxLength: 4 }), { maxLength: 8 }), (keys) => {
        const text = canonicalJson(Object.fromEntries(keys.map((key) => [key, 1])))
        const expected = [...keys].sort(compareUtf8).map((key) => `${JSON.stringify(key)}:1`)
        expect(text).toBe(`{${expected.join(',')}}`)
      }),
      { numRuns },
    )
  })

  it('has one form for each number', () => {
    expect(canonicalJson([1.0, -0, 0.5, 1e21, 1e-7, 105234])).toBe('[1,0,0.5,1e+21,1e-7,105234]')
  })

  it.each([
    ['undefined', { a: undefined }],
    ['a hole', new Array(1)],
    ['NaN', Number.NaN],
    ['infinity', [Number.POSITIVE_INFINITY]],
    ['a big integer', 1n],
    ['a function', () => 1],
    ['half a surrogate pair in a value', '\ud800'],
    ['half a surrogate pair in a key', { '\udc00': 1 }],
  ])('refuses %s', (_name, value) => {
    expect(() => canonicalJson(value)).toThrow(OperatingError)
  })

  it('refuses deep nesting instead of exhausting the stack', () => {
    let deep: unknown = 0
    for (let level = 0; level < CANONICAL_DEPTH_MAX; level += 1) deep = [deep]
    expect(canonicalJson(deep)).toHaveLength(2 * CANONICAL_DEPTH_MAX + 1)
    expect(() => canonicalJson([deep])).toThrow(OperatingError)
    for (let level = 0; level < 100_000; level += 1) deep = { deep }
    expect(() => canonicalJson(deep)).toThrow(OperatingError)
  })
})
