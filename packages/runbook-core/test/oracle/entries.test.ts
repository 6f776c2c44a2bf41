import fc from 'fast-check'
import { expect, test } from 'vitest'
import { combineEntries, decodeEntry, encodeEntry, type LedgerEntry } from '../../src/oracle/ledger-entry.ts'
import {
  combineReadback,
  decodeReadback,
  encodeReadback,
  type ReadbackEntry,
} from '../../src/oracle/readback-entry.ts'
import { RUNS } from './runs.ts'

/** Fields with everything that could break a line or a field: tabs, line ends, brackets, halves of pairs, nothing. */
const field = fc.oneof(
  fc.constantFrom(
    '',
    '[',
    '\t',
    '\n',
    '\ud800',
    '\udc00',
    '\u{1f600}',
    '["a"]',
    'x\ty',
    '\\',
    '\u0000',
    '\r',
  ),
  fc.string({ unit: 'binary', maxLength: 5 }),
)
const digests = fc.uniqueArray(field, { maxLength: 3 }).map((all) => [...all].sort())
const entry = (key: fc.Arbitrary<string>): fc.Arbitrary<LedgerEntry> =>
  fc.record({
    key,
    submitted: fc.nat(3),
    failed: fc.nat(3),
    digests,
    acknowledged: fc.option(
      fc.record({ digest: fc.constant('d'), position: field, at: fc.nat(), line: fc.nat({ max: 1_000 }) }),
    ),
  })
const readback = (key: fc.Arbitrary<string>): fc.Arbitrary<ReadbackEntry> =>
  fc.record({ key, count: fc.nat(9), digests })

test('what is written into a run is read from it, whatever the fields hold, and is one line', () => {
  fc.assert(
    fc.property(entry(field), readback(field), (one, other) => {
      expect(decodeEntry(encodeEntry(one))).toEqual(one)
      expect(decodeReadback(encodeReadback(other))).toEqual(other)
      expect(encodeEntry(one) + encodeReadback(other)).not.toContain('\n')
    }),
    { numRuns: RUNS * 4 },
  )
})

test('entries of a key combine to the same, in any order and grouping', () => {
  const three = <T>(one: fc.Arbitrary<T>) => fc.tuple(one, one, one)
  // Two acknowledgements of one key stand on two lines.
  const distinct = three(entry(fc.constant('k'))).filter(
    (all) => new Set(all.map((one) => one.acknowledged?.line ?? {})).size === 3,
  )
  fc.assert(
    fc.property(distinct, three(readback(fc.constant('k'))), ([a, b, c], [x, y, z]) => {
      expect(combineEntries(a, b)).toEqual(combineEntries(b, a))
      expect(combineEntries(combineEntries(a, b), c)).toEqual(combineEntries(a, combineEntries(b, c)))
      expect(combineReadback(x, y)).toEqual(combineReadback(y, x))
      expect(combineReadback(combineReadback(x, y), z)).toEqual(combineReadback(x, combineReadback(y, z)))
    }),
    { numRuns: RUNS },
  )
})

test('more contents of one key than are kept still show that one is not allowed; a ledger may not have them', () => {
  const one = (digest: string): ReadbackEntry => ({ key: 'k', count: 1, digests: [digest] })
  const many = Array.from({ length: 200 }, (_, index) => one(`d${index}`)).reduce(combineReadback)
  expect([many.count, many.digests.length]).toEqual([200, 65])
  const line = (digest: string): LedgerEntry => ({
    key: 'k',
    submitted: 1,
    failed: 0,
    digests: [digest],
    acknowledged: null,
  })
  const reduce = () => Array.from({ length: 65 }, (_, index) => line(`d${index}`)).reduce(combineEntries)
  expect(reduce).toThrow(expect.objectContaining({ code: 'input-too-large' }))
})
