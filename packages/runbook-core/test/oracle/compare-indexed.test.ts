import { compareFiles, compareIndexed, IndexedLedger, type ReadbackRecord } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { filesOf, type History, history } from './histories.ts'
import { MemoryFiles } from './memory-files.ts'
import { RUNS } from './runs.ts'

const HEADER = { unit: 'record', coverage: 'complete', domain: 'history', history: 'h1' } as const

function byFiles(subject: History, order: 'none' | 'position') {
  const files = new MemoryFiles()
  const texts = filesOf(subject, { order })
  files.put('/ledger', texts.ledger)
  files.put('/readback', texts.readback)
  return files.run(compareFiles({ ledger: '/ledger', readback: '/readback', workPath: '/w' })).comparison
}

function pagesOf(records: readonly ReadbackRecord[], size: number): ReadbackRecord[][] {
  const pages: ReadbackRecord[][] = []
  for (let from = 0; from < records.length; from += size) pages.push(records.slice(from, from + size))
  return pages
}

const cut = fc.record({
  /** How much of the ledger had been written, of a thousand parts. */
  written: fc.oneof(fc.constant(1000), fc.integer({ min: 0, max: 1000 })),
  pageSize: fc.integer({ min: 1, max: 12 }),
  excludes: fc.integer({ min: 0, max: 3 }),
  order: fc.constantFrom('none', 'position' as const),
})

describe('a comparison in memory', () => {
  test('says what the comparison of the two files says, for any history, any beginning of its ledger and any keys left out', () => {
    fc.assert(
      fc.property(history, cut, (subject, { written, pageSize, excludes, order }) => {
        const lineCount = Math.round((subject.ledger.length * written) / 1000)
        const excluded = new Set(subject.readback.slice(0, excludes).map(({ key }) => key))
        const ledger = new IndexedLedger({ ...HEADER, order, failureAt: 2_000_000 }, subject.ledger)
        const found = compareIndexed(ledger, lineCount, pagesOf(subject.readback, pageSize), excluded)
        const readback = subject.readback.filter(({ key }) => !excluded.has(key))
        expect(found).toEqual(byFiles({ ledger: subject.ledger.slice(0, lineCount), readback }, order))
      }),
      { numRuns: RUNS },
    )
  })

  test('one ledger serves any of its beginnings, and pages that were compared before', () => {
    const ledger = new IndexedLedger({ ...HEADER, order: 'position', failureAt: null }, [
      { op: 'submitted', key: 'a', digest: 'd1' },
      { op: 'acknowledged', key: 'a', digest: 'd1', position: '1', at: 10 },
      { op: 'submitted', key: 'b', digest: 'd2' },
      { op: 'acknowledged', key: 'b', digest: 'd2', position: '2', at: 20 },
    ])
    const page = [{ key: 'a', digest: 'd1' }]
    const acknowledged = (lines: number) => {
      const { acknowledged, recovered, lost } = compareIndexed(ledger, lines, [page], new Set())
      return [acknowledged, recovered, lost]
    }
    expect([acknowledged(4), acknowledged(3), acknowledged(1), acknowledged(4)]).toEqual([
      [2, 1, 1],
      [1, 1, 0],
      [0, 0, 0],
      [2, 1, 1],
    ])
  })

  test('a ledger that acknowledges a key with two contents is refused from the second on', () => {
    const ledger = new IndexedLedger({ ...HEADER, order: 'position', failureAt: null }, [
      { op: 'acknowledged', key: 'a', digest: 'd1', position: '1', at: 10 },
      { op: 'acknowledged', key: 'a', digest: 'd2', position: '2', at: 20 },
    ])
    expect(compareIndexed(ledger, 1, [], new Set()).lost).toBe(1)
    expect(() => compareIndexed(ledger, 2, [], new Set())).toThrow('contradicts itself')
  })
})
