import { type CompareFilesInput, compareFiles } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { filesOf, type History, history } from './histories.ts'
import { MemoryFiles } from './memory-files.ts'
import { naiveComparison } from './naive.ts'
import { RUNS } from './runs.ts'

type Options = Parameters<typeof filesOf>[1]

function compare(subject: History, options: Options = {}, bounds: Partial<CompareFilesInput> = {}) {
  const files = new MemoryFiles()
  const texts = filesOf(subject, options)
  files.put('/ledger', texts.ledger)
  files.put('/readback', texts.readback)
  const result = files.run(
    compareFiles({ ledger: '/ledger', readback: '/readback', workPath: '/w', ...bounds }),
  )
  expect([...files.files.keys()]).toEqual(['/ledger', '/readback'])
  return result.comparison
}

/** What the naive oracle knows of a comparison. */
function known(comparison: ReturnType<typeof compare>) {
  const { acknowledged, recovered, lost, altered, duplicated, unexpected, submittedOnlyReturned } = comparison
  const { lostIsTail, recoveryPointAt, oldestMissing } = comparison
  return {
    acknowledged,
    recovered,
    lost,
    altered,
    duplicated,
    unexpected,
    submittedOnlyReturned,
    lostIsTail,
    recoveryPointAt,
    oldestMissingAt: oldestMissing?.at ?? null,
  }
}

const order = fc.constantFrom('none', 'position', 'key' as const)
/** From every entry on disk in a run of its own, merged two by two, to all in memory. */
const bounds = fc.record({
  memoryBytes: fc.constantFrom(1, 2_000, 1_000_000),
  fanIn: fc.constantFrom(2, 3, 32),
})

describe('the comparison of two files', () => {
  test('agrees with the naive oracle for any history, damage, order and bound on memory', () => {
    fc.assert(
      fc.property(history, order, bounds, (subject, how, within) => {
        expect(known(compare(subject, { order: how }, within))).toEqual(naiveComparison(subject))
      }),
      { numRuns: RUNS },
    )
  })

  test('does not depend on the order in which the records come back', () => {
    const shuffled = history.chain((subject) =>
      fc
        .shuffledSubarray([...subject.readback], { minLength: subject.readback.length })
        .map((readback) => [subject, { ...subject, readback }] as const),
    )
    fc.assert(
      fc.property(shuffled, bounds, ([one, other], within) => {
        expect(compare(other, {}, within)).toEqual(compare(one))
      }),
      { numRuns: RUNS },
    )
  })

  test('acknowledged is the sum of recovered, lost and altered', () => {
    fc.assert(
      fc.property(history, (subject) => {
        const { acknowledged, recovered, lost, alteredAcknowledged } = compare(subject)
        expect(recovered + lost + alteredAcknowledged).toBe(acknowledged)
      }),
      { numRuns: RUNS },
    )
  })
})

describe('one single damage', () => {
  const whole: History = {
    ledger: Array.from({ length: 40 }, (_, index) => ({
      op: 'acknowledged' as const,
      key: `k${index}`,
      position: String(index),
      at: 1_000 + index,
      digest: `d${index}`,
    })),
    readback: Array.from({ length: 40 }, (_, index) => ({ key: `k${index}`, digest: `d${index}` })),
  }
  const index = fc.nat({ max: 39 })
  const clean = { lost: 0, altered: 0, duplicated: 0, unexpected: 0, recovered: 40 }

  test('none: everything is recovered', () => {
    expect(compare(whole)).toMatchObject({
      ...clean,
      lostIsTail: true,
      oldestMissing: null,
      recoveryPointAt: 1_039,
    })
  })

  test('an altered record is found, wherever it is', () => {
    fc.assert(
      fc.property(index, (at) => {
        const readback = whole.readback.map((one, i) => (i === at ? { ...one, digest: 'other' } : one))
        const found = compare({ ...whole, readback })
        expect(found).toMatchObject({
          ...clean,
          altered: 1,
          recovered: 39,
          examples: { altered: [`k${at}`] },
        })
        expect(found.oldestMissing?.position).toBe(String(at))
      }),
      { numRuns: 40 },
    )
  })

  test('a duplicated record is found, wherever it is', () => {
    fc.assert(
      fc.property(index, (at) => {
        const readback = [...whole.readback, whole.readback[at]!]
        expect(compare({ ...whole, readback })).toMatchObject({ ...clean, duplicated: 1 })
      }),
      { numRuns: 40 },
    )
  })

  test('a record that nobody wrote is found', () => {
    const readback = [...whole.readback, { key: 'k5 ', digest: 'd5' }]
    expect(compare({ ...whole, readback })).toMatchObject({ ...clean, unexpected: 1 })
  })

  test('a record whose write failed for certain must not come back; one of unknown outcome may', () => {
    const submitted = { op: 'submitted' as const, key: 'x', digest: 'dx' }
    const failed = { op: 'failed' as const, key: 'x' }
    const readback = [...whole.readback, { key: 'x', digest: 'dx' }]
    const ledgerOf = (...lines: History['ledger'][number][]) => ({
      ledger: [...whole.ledger, ...lines],
      readback,
    })
    expect(compare(ledgerOf(submitted, failed))).toMatchObject({ unexpected: 1 })
    expect(compare(ledgerOf(submitted))).toMatchObject({ unexpected: 0, submittedOnlyReturned: 1 })
    expect(compare(ledgerOf(submitted, failed, submitted))).toMatchObject({ unexpected: 0 })
  })

  test('loss is a tail exactly when nothing behind the first lost record came back', () => {
    fc.assert(
      fc.property(fc.uniqueArray(index, { minLength: 1, maxLength: 10 }), order, (gone, how) => {
        const readback = whole.readback.filter((_, i) => !gone.includes(i))
        const first = Math.min(...gone)
        const found = compare({ ...whole, readback }, { order: how })
        expect(found.lostIsTail).toBe(first === 40 - gone.length)
        expect(found.oldestMissing?.at).toBe(1_000 + first)
        expect(found.recoveryPointAt).toBe(first === 0 ? null : 1_000 + first - 1)
      }),
      { numRuns: RUNS },
    )
  })
})
