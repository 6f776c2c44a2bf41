import {
  type DrawnDrill,
  type ExplorationSpace,
  type ExploredDrill,
  productionPool,
} from '../../src/exploration/index.ts'
import { FAULTS } from '../../src/faults/index.ts'

const HOUR_MS = 3_600_000

/** A space over all kinds and a runbook of four steps. */
export const space: ExplorationSpace = {
  kinds: FAULTS.map(({ kind }) => kind),
  context: {
    steps: ['inspect', 'fetch', 'place', 'start'].map((id) => ({ id, effects: 5, calls: 20, traits: [] })),
  },
  pool: productionPool(1, 5_000),
  smallerAssertions: [40, 300],
  failure: { from: 10 * HOUR_MS, until: 20 * HOUR_MS },
}

/** A drill that looks at nothing but what was drawn. */
export const pretend = (drill: DrawnDrill, violated: readonly string[] = []): ExploredDrill => ({
  events: [{ at: 0, event: { type: 'step-failed', step: JSON.stringify(drill), attempt: 1 } as never }],
  judged: { verdict: { kind: 'restored', reason: '' }, exitCode: 0, invariants: [] },
  faults: drill.faults.map(({ kind }) => ({ kind, fired: true })),
  violated,
})
