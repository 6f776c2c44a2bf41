import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { FAULTS } from '@dr-drill/simulator'
import { drillArbitrary } from '@dr-drill/simulator/fast-check'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { Lab } from '../../src/targets/sim/lab.ts'

vi.setConfig({ testTimeout: 1_800_000 })

const file = fileURLToPath(new URL('../../../../fixtures/runbooks/full-restore.yaml', import.meta.url))
const numRuns = process.env.DRILL_TEST_LONG === '1' ? 2_000 : 60

/** Fails with the invariants in its message: fast-check then shrinks to the fewest faults, the latest moments, the smallest history. */
test('the shipped runbook violates no invariant, whatever disaster and faults strike it (property)', () => {
  const lab = new Lab({ text: readFileSync(file, 'utf8'), file: 'full-restore', params: {} })
  const kinds = FAULTS.map(({ kind }) => kind)
  const drills = drillArbitrary(fc, lab.space(1, kinds, 120))
  fc.assert(
    fc.property(drills, (drill) => {
      expect(lab.explore(drill, { memory: true, draws: null }).violated).toEqual([])
    }),
    { numRuns, unbiased: true },
  )
})
