import { readFileSync } from 'node:fs'
import { FAULTS } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { faultsPage } from '../scripts/faults-page.ts'

test('docs/faults.md is what the registry says today (node scripts/faults-page.ts writes it)', () => {
  expect(readFileSync('docs/faults.md', 'utf8')).toBe(faultsPage())
})

test('every kind stands in one group', () => {
  const [atlas = ''] = faultsPage().split('## Parameters')
  const rows = [...atlas.matchAll(/^\| `([a-z0-9-]+)` \| [^`]/gm)].map(([, kind]) => kind)
  expect(rows.sort()).toEqual(FAULTS.map(({ kind }) => kind).sort())
})
