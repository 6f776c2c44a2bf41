import {
  type DrawnDrill,
  type ExplorationSpace,
  type ExploredDrill,
  pooledProductions,
} from '../../src/exploration/index.ts'
import type { LedgerLine, Production } from '../../src/production/index.ts'

const HOUR_MS = 3_600_000

/** When the first backup of the pretended production had ended. */
export const FIRST_BACKUP_AT = 6 * HOUR_MS

const ledger = [8, 9].flatMap((hour): LedgerLine[] => {
  const line = { key: `k${hour}`, digest: '' }
  return [
    { ...line, at: hour * HOUR_MS, op: 'submitted', position: null },
    { ...line, at: hour * HOUR_MS + 20, op: 'acknowledged', position: '1' },
  ]
})

const production = {
  startedAt: 0,
  endsAt: 20 * HOUR_MS,
  runs: [{ service: 'stemedb-backup.service', startedAt: 5 * HOUR_MS, endedAt: FIRST_BACKUP_AT }],
  ledger,
} as unknown as Production

/** A space over a few kinds and a runbook of four steps. */
export const space: ExplorationSpace = {
  kinds: ['bad-permissions', 'corrupt-segment', 'kill-runner', 'partial-sync', 'power-loss', 's3-outage'],
  context: {
    steps: ['inspect', 'fetch', 'place', 'start'].map((id) => ({ id, effects: 5, calls: 20, traits: [] })),
  },
  pool: pooledProductions(1, 5_000),
  settled: (drill) => drill,
  smallerAssertions: [40, 300],
  production: () => production,
}

/** A drill that looks at nothing but what was drawn. */
export const pretend = (drill: DrawnDrill, violated: readonly string[] = []): ExploredDrill => ({
  events: [{ at: 0, event: { type: 'step-failed', step: JSON.stringify(drill), attempt: 1 } as never }],
  judged: { verdict: { kind: 'restored', reason: '' }, exitCode: 0, invariants: [] },
  faults: drill.faults.map(({ kind }) => ({ kind, fired: true })),
  violated,
})
