import { compileExpression, OperatingError, type Scope } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const numRuns = process.env.DRILL_TEST_LONG === '1' ? 20_000 : 1_000

const scope: Scope = {
  params: { 'accept-loss': false, rto: 14_400_000, name: 'x' },
  steps: {
    'verify-backup': { files: 12, ratio: 1.5, empty: null, list: [1, 2, 3], rows: [{ n: 1 }, { n: 2 }] },
    skipped: { skipped: true },
  },
  run: { mode: 'drill', capabilities: ['chown'], failureAt: 1_770_839_400_000 },
}
const value = (source: string) => compileExpression(source).evaluate(scope)

describe('values', () => {
  test.each<[string, unknown]>([
    ['1 + 2 * 3', 7],
    ['params.rto / 1000', 14_400],
    ['!params.accept_loss && run.mode == "drill"', true],
    ['steps.verify_backup.files > 10 ? "many" : "few"', 'many'],
    ['steps["verify-backup"].files', 12],
    ['steps.verify_backup.ratio', 1.5],
    ['steps.verify_backup.ratio < 2', true],
    ['steps.verify_backup.empty', null],
    ['steps.verify_backup.list', [1, 2, 3]],
    ['steps.verify_backup.list.map(x, x * 2)', [2, 4, 6]],
    ['steps.verify_backup.rows.all(row, row.n > 0)', true],
    ['size(steps.verify_backup.list) == 3', true],
    ['"chown" in run.capabilities', true],
    ['has(steps.skipped.files)', false],
    ['has(steps.skipped.skipped) && steps.skipped.skipped', true],
    ['max(1, 2) + min(3, 4)', 5],
    ['milliseconds("1m30s")', 90_000],
    ['sizeBytes("1KiB")', 1_024],
    ['instant("2026-02-11T14:30:00Z")', 1_770_820_200_000],
    ['{"a": [1, params.name]}', { a: [1, 'x'] }],
  ])('%s', (source, expected) => {
    expect(value(source)).toEqual(expected)
  })

  test('a plain path passes any value on whole, however large; a computed one is bounded', () => {
    const rows = Array.from({ length: 50_000 }, (_, n) => ({ n }))
    const large: Scope = { params: {}, steps: { scan: { rows } }, run: {} }
    expect(compileExpression('steps.scan.rows').evaluate(large)).toBe(rows)
    expect(() => compileExpression('size(steps.scan.rows)').evaluate(large)).toThrow(/more than 10000 values/)
  })

  test('only the fields referred to are looked at', () => {
    const rows = Array.from({ length: 50_000 }, (_, n) => n)
    const large: Scope = { params: {}, steps: { scan: { rows, count: 2 } }, run: {} }
    expect(compileExpression('steps.scan.count + 1').evaluate(large)).toBe(3)
  })
})

describe('what is read', () => {
  test('steps and parameters by their ids, fields with them', () => {
    const expression = compileExpression(
      'steps.verify_backup.list.exists(x, x > params.accept_loss_max) || has(steps.b.c)',
    )
    expect(expression.steps).toEqual(['verify-backup', 'b'])
    expect(expression.params).toEqual(['accept-loss-max'])
    expect(expression.references.map(({ root, name, field }) => [root, name, field])).toEqual([
      ['steps', 'verify-backup', 'list'],
      ['params', 'accept-loss-max', null],
      ['steps', 'b', 'c'],
    ])
  })
})

describe('refusals', () => {
  test.each([
    ['params.accept-loss', /nothing is called "loss"/],
    ['"a".matches("(a+)+$")', /"matches\(\)" is not part/],
    ['timestamp("2026-01-01T00:00:00Z").getHours("Europe/Berlin")', /not part/],
    ['duration("1h")', /not part/],
    ['cel.bind(x, 1, x)', /not part/],
    ['dyn(steps)', /not part/],
    ['params', /"params" alone/],
    ['steps[params.name].files', /computed/],
    ['secrets.key', /nothing is called "secrets"/],
    ['b"bytes"', /no JSON form/],
    ['1u', /no JSON form/],
    ['[1].all(x, [2].all(y, x < y))', /inside another walk/],
    ['[1].map(params, 1)', /cannot be a variable/],
    ['has(1)', /invalid|path/],
    ['1 +', /Unexpected/],
    ['', /Unexpected/],
    ['1'.repeat(1_001), /longer than 1000/],
    [`${'('.repeat(40)}1${')'.repeat(40)}`, /maxDepth/],
    [Array.from({ length: 300 }, () => '1').join('+'), /maxAstNodes/],
  ])('%s', (source, message) => {
    expect(() => compileExpression(source)).toThrow(message)
    expect(() => compileExpression(source)).toThrow(expect.objectContaining({ code: 'input-invalid' }))
  })

  test.each([
    ['steps.absent.files', /no step has ended that is called "absent"/],
    ['steps.verify_backup.fils', /Did you mean "files"|no "fils"/],
    ['steps.verify_backup.constructor', /no "constructor"/],
    ['steps.verify_backup.__proto__', /no "__proto__"/],
    ['1 / 0', /division by zero/],
    ['9223372036854775807 + 0', /beyond the safe integers/],
    ['1.0 / 0.0', /Infinity/],
  ])('%s has no value', (source, message) => {
    expect(() => value(source)).toThrow(message)
  })
})

const words = [
  'params.rto',
  'steps.verify_backup.list',
  'run.mode',
  'x',
  '1',
  '"s"',
  '+',
  '==',
  '&&',
  '!',
  '?',
  ':',
  '(',
  ')',
  '[',
  ']',
  '.map(',
  '.all(x,',
  ',',
  '{',
  '}',
  '.',
  'has(',
  'size(',
  '0x',
  '1e9',
  "'",
  '\\u',
  'in',
]
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(fc.constantFrom(...words), { maxLength: 25 }).map((parts) => parts.join(' ')),
  fc.array(fc.constantFrom(...words), { maxLength: 25 }).map((parts) => parts.join('')),
)

test('any text compiles and evaluates to JSON, or fails with an operating error', () => {
  fc.assert(
    fc.property(texts, (source) => {
      try {
        expect(JSON.stringify(value(source))).toBeTypeOf('string')
      } catch (error) {
        expect(error).toBeInstanceOf(OperatingError)
        expect((error as OperatingError).code).toBe('input-invalid')
      }
    }),
    { numRuns },
  )
})

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<never>

test('a path gives back the very JSON value that stands there', () => {
  fc.assert(
    fc.property(json, (item) => {
      const given: Scope = { params: {}, steps: { a: { b: item } }, run: {} }
      expect(compileExpression('steps.a.b').evaluate(given)).toEqual(item)
    }),
    { numRuns: 200 },
  )
})

test('a value that goes through the evaluator comes back as it was (integers beyond 2^53 and -0 aside)', () => {
  const values = fc.jsonValue({ maxDepth: 3 }).filter((item) => !JSON.stringify(item).includes('__proto__'))
  fc.assert(
    fc.property(values, (item) => {
      const given = { params: {}, steps: { a: { b: JSON.parse(JSON.stringify(item)) } }, run: {} }
      const outcome = compileExpression('[steps.a.b]').evaluate(given)
      expect(outcome).toEqual([JSON.parse(JSON.stringify(item))])
    }),
    { numRuns: 300 },
  )
})
