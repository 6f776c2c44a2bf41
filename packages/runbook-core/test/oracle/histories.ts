import {
  compareUtf8,
  type LedgerLine,
  ledgerHeaderLine,
  ledgerLine,
  type ReadbackRecord,
  readbackHeaderLine,
  readbackLine,
} from '@dr-drill/runbook-core'
import fc from 'fast-check'

/** A history as a writer outside saw it, and what a restored database gave back. */
export interface History {
  readonly ledger: readonly LedgerLine[]
  readonly readback: readonly ReadbackRecord[]
}

/** Keys that order differently as UTF-16 and as UTF-8, that need escapes, and that share prefixes. */
export const key = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'ab',
    'z',
    '\u{1f600}',
    '\u{ffff}',
    'line\nbreak',
    '"',
    '__proto__',
    '\u0000',
    '10',
    '9',
  ),
  fc.string({ minLength: 1, maxLength: 6, unit: 'grapheme' }),
)
const digest = fc.constantFrom('d1', 'd2', 'd3')

const write = fc.record({
  digest,
  fate: fc.constantFrom('acknowledged', 'acknowledged', 'acknowledged', 'open', 'failed', 'retried'),
  returned: fc.array(
    fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: digest }),
    {
      maxLength: 2,
    },
  ),
})

/** Writes with every fate, and a readback with every damage. */
export const history: fc.Arbitrary<History> = fc
  .tuple(
    fc.uniqueArray(fc.tuple(key, write), { selector: ([name]) => name, maxLength: 25 }),
    fc.array(fc.record({ key, digest }), { maxLength: 3 }),
  )
  .map(([writes, strangers]) => {
    const ledger: LedgerLine[] = []
    const readback: ReadbackRecord[] = []
    for (const [index, [name, one]] of writes.entries()) {
      ledger.push({ op: 'submitted', key: name, digest: one.digest })
      if (one.fate === 'retried')
        ledger.push({ op: 'failed', key: name }, { op: 'submitted', key: name, digest: one.digest })
      if (one.fate === 'failed') ledger.push({ op: 'failed', key: name })
      if (one.fate === 'acknowledged') {
        const at = 1_000_000 + Math.floor(index / 2)
        ledger.push({ op: 'acknowledged', key: name, position: String(index), at, digest: one.digest })
      }
      for (const other of one.returned) readback.push({ key: name, digest: other ?? one.digest })
    }
    return { ledger, readback: [...readback, ...strangers] }
  })

/** The two files of a history; `order: key` sorts them. */
export function filesOf(
  { ledger, readback }: History,
  options: {
    order?: 'key' | 'position' | 'none'
    failureAt?: number | null
    coverage?: 'complete' | 'sample'
  } = {},
): { ledger: string; readback: string } {
  const order = options.order ?? 'none'
  const sorted = <T extends { readonly key: string }>(items: readonly T[]) =>
    order === 'key' ? [...items].sort((a, b) => compareUtf8(a.key, b.key)) : items
  const header = ledgerHeaderLine({
    unit: 'record',
    coverage: options.coverage ?? 'complete',
    order,
    domain: 'history',
    history: 'h1',
    failureAt: options.failureAt === undefined ? 2_000_000 : options.failureAt,
  })
  const readbackOrder = order === 'key' ? 'key' : 'none'
  return {
    ledger: header + sorted(ledger).map(ledgerLine).join(''),
    readback: readbackHeaderLine({ order: readbackOrder }) + sorted(readback).map(readbackLine).join(''),
  }
}
