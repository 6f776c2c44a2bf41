import { OperatingError, portableChecksums, utf8Encode } from '@dr-drill/runbook-core'
import {
  type Assertion,
  assertionDigest,
  decodeAssertion,
  encodeAssertion,
  parseAssertion,
} from '@dr-drill/runbook-core/stemedb'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const numRuns = process.env.DRILL_TEST_LONG === '1' ? 5000 : 200

const name = fc.stringMatching(/^[a-zäß𝕏]{1,12}$/u)
const assertions: fc.Arbitrary<Assertion> = fc.record({
  id: name,
  concept_path: fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/')),
  predicate: name,
  value: fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Assertion['value']>,
  confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  authority_tier: fc.constantFrom('expert', 'observer'),
})

/** The same JSON with its object keys the other way round. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reordered(inner)]),
  )
}

test('body and digest depend on the content alone, and survive a round trip through JSON', () => {
  fc.assert(
    fc.property(assertions, (given) => {
      const sent = JSON.parse(JSON.stringify(reordered(given)))
      const parsed = parseAssertion(sent)
      const body = encodeAssertion(parsed)
      expect(body).toEqual(encodeAssertion(JSON.parse(JSON.stringify(given))))
      const digest = assertionDigest(portableChecksums, decodeAssertion(body))
      expect(digest).toBe(portableChecksums.sha256Hex(body))
    }),
    { numRuns },
  )
})

test('what is parsed is an assertion or a typed refusal', () => {
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.jsonValue()), (input) => {
      try {
        expect(typeof parseAssertion(input).id).toBe('string')
      } catch (error) {
        expect(error).toBeInstanceOf(OperatingError)
        expect(error).toMatchObject({ code: 'input-invalid' })
      }
    }),
    { numRuns },
  )
})

test('hostile bodies are refused as corrupt', () => {
  for (const text of ['', '{', 'null', '[]', '{"id":1,"concept_path":"a"}', '"x"']) {
    expect(() => decodeAssertion(utf8Encode(text))).toThrowError(
      expect.objectContaining({ code: 'log-corrupt' }),
    )
  }
  expect(() => decodeAssertion(Uint8Array.of(0xff))).toThrowError(
    expect.objectContaining({ code: 'log-corrupt' }),
  )
})

test('an assertion beyond the limit is refused as too large', () => {
  const large = { ...fc.sample(assertions, 1)[0]!, value: 'x'.repeat(65_536) }
  expect(() => encodeAssertion(large)).toThrowError(expect.objectContaining({ code: 'input-too-large' }))
})
