import { type InvalidDocumentError, OperatingError } from '@dr-drill/runbook-core'
import { DOCUMENT_BYTES_MAX, DOCUMENT_DEPTH_MAX, parseDocument } from '@dr-drill/runbook-core/yaml'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'

const numRuns = process.env.DRILL_TEST_LONG === '1' ? 5_000 : 120

const plain = (value: unknown): boolean => !JSON.stringify(value).includes('__proto__')
const values = fc
  .jsonValue({ maxDepth: 4 })
  .filter(plain)
  .map((value) => JSON.parse(JSON.stringify(value)))

describe('plain data', () => {
  test('any JSON value is read back from JSON and from YAML', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(parseDocument(JSON.stringify(value)).value).toEqual(value)
        expect(parseDocument(stringify(value)).value).toEqual(value)
      }),
      { numRuns },
    )
  })

  test('every key of a block map knows its line, and what has none the line above it', () => {
    const keys = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(keys, (names) => {
        const { lineOf } = parseDocument(names.map((name) => `${name}_:\n  inner: [1, 2]\n`).join(''))
        for (const [index, name] of names.entries()) {
          expect(lineOf([`${name}_`])).toBe(2 * index + 1)
          expect(lineOf([`${name}_`, 'inner', 1])).toBe(2 * index + 2)
          expect(lineOf([`${name}_`, 'absent', 7, 'deeper'])).toBe(2 * index + 1)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('YAML 1.2: no is text, octal is a number, dates are text', () => {
    expect(parseDocument('a: no\nb: 0o17\nc: 2026-02-11\nd: ~\ne: "0640"\nf: 0640').value).toEqual({
      a: 'no',
      b: 15,
      c: '2026-02-11',
      d: null,
      e: '0640',
      f: 640,
    })
  })
})

/** Message, hint and line of the first problem. */
function refusal(text: string) {
  try {
    parseDocument(text, 'f.yaml')
  } catch (error) {
    const problem = (error as InvalidDocumentError).problems?.[0]
    return `${problem?.line}: ${problem?.message}`
  }
  return 'read'
}

describe('refusals', () => {
  test.each([
    ['a: 1\nb: 2\na: 3', '3: the key "a" stands here twice'],
    ['a: &x 1\nb: *x', '1: anchors are not allowed'],
    ['a: 1\nb: !!binary aGk=', /^2: .*tag/i],
    ['a: !evil 1', /^1: .*tag/i],
    ['a: 1\n---\nb: 2', /^2: .*document/i],
    ['a: .inf', '1: the value has no JSON form'],
    ['1: a', '1: keys are text'],
    ['? [a]\n: 1', '1: keys are text'],
    ['__proto__: {}', '1: keys are text'],
    ['a: [1, 2', /^1: /],
    ['a: b: c', /^1: /],
    ['\ta: 1', /^1: /],
    ['<<: {a: 1}\nb: 2', 'read'],
  ])('%s', (text, expected) => {
    expect(refusal(text)).toMatch(expected)
  })

  test('a bomb of aliases is refused before it grows', () => {
    const levels = Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}, *a${n}]`)
    expect(() => parseDocument(`a0: &a0 x\n${levels.join('\n')}`)).toThrow(OperatingError)
  })

  test.each([
    ['flow', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['flow maps', '{a: '.repeat(50_000)],
    ['block', Array.from({ length: 500 }, (_, n) => `${' '.repeat(n)}a:`).join('\n')],
    ['sequences', `${'- '.repeat(100_000)}x`],
    ['explicit keys', `${'? '.repeat(10_000)}x`],
  ])('nesting beyond the limit: %s', (_, text) => {
    expect(() => parseDocument(text)).toThrow(OperatingError)
  })

  test('as deep as the limit is read', () => {
    const depth = DOCUMENT_DEPTH_MAX - 1
    expect(parseDocument(`${'['.repeat(depth)}1${']'.repeat(depth)}`).value).toBeTypeOf('object')
  })

  test('a text beyond the limit is not looked at', () => {
    expect(() => parseDocument(' '.repeat(DOCUMENT_BYTES_MAX + 1))).toThrow(
      expect.objectContaining({ code: 'input-too-large' }),
    )
  })
})

const pieces = [
  'a',
  ': ',
  '- ',
  '\n',
  '  ',
  '\t',
  '[',
  ']',
  '{',
  '}',
  ',',
  '"',
  "'",
  '|',
  '>',
  '&a ',
  '*a',
  '!!str ',
  '!x ',
  '#',
  '?',
  '---\n',
  '...\n',
  '%YAML 1.2\n',
  '<<',
  '\u0000',
  '\ufeff',
  '\u2028',
  '0x1f',
  '1e400',
  '~',
]
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join('')),
)

test('any text is read as JSON data or refused with an operating error', () => {
  fc.assert(
    fc.property(texts, (text) => {
      try {
        expect(JSON.stringify(parseDocument(text).value)).toBeTypeOf('string')
      } catch (error) {
        expect(error).toBeInstanceOf(OperatingError)
      }
    }),
    { numRuns: numRuns * 4 },
  )
})
