import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromWire, toWire } from '../../../src/agent/protocol/wire-values.ts'
import { codeOf } from '../../support/calls.ts'

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.boolean(),
    fc.integer(),
    fc.constant(null),
    fc.uint8Array(),
    fc.array(tie('value')),
    fc.dictionary(
      fc.oneof(fc.constantFrom('$bytes', '$plain', 'bytes'), fc.stringMatching(/^[a-z]{1,4}$/)),
      tie('value'),
    ),
  ),
}))

test('whatever a port takes or gives crosses as it was: bytes, and objects that look like them', () => {
  fc.assert(
    fc.property(value, (given) => {
      expect(fromWire(JSON.parse(JSON.stringify(toWire(given))))).toEqual(given)
    }),
  )
})

test('absent members stay away, and a view of bytes crosses alone', () => {
  const view = new Uint8Array([1, 2, 3, 4]).subarray(1, 3)
  expect(fromWire(toWire({ view, absent: undefined }))).toEqual({ view: new Uint8Array([2, 3]) })
})

test('a value that is nested without end, and bytes that are none, are refused', async () => {
  let deep: unknown = 1
  for (let depth = 0; depth < 100; depth += 1) deep = { deep }
  expect(await codeOf(() => fromWire(deep))).toBe('agent-invalid')
  expect(await codeOf(() => fromWire({ $bytes: 7 }))).toBe('agent-invalid')
})
