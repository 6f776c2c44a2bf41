import { simulateDrill } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { drillOptions } from './lab.ts'

/** The gate waits for a person, too. */
const ASKS = [
  [
    '  - id: confirm-gate\n',
    `  - id: ask
    title: Ask whoever is on call
    group: validate
    needs: [force-backup]
    action:
      kind: approve
      with: { question: May clients come? }

  - id: confirm-gate
`,
  ],
  [
    'needs: [compare-counts, run-query, check-metrics,',
    'needs: [ask, compare-counts, run-query, check-metrics,',
  ],
] as const

const drilled = (more: { readonly approver?: string }) => simulateDrill(drillOptions({ changes: ASKS, more }))

test('a run that asks goes on when somebody has taken the time to answer, and its clock did not stop', () => {
  const asked = drilled({ approver: 'on-call' })
  const plain = simulateDrill(drillOptions())
  expect([asked.judged.verdict.kind, asked.checked.status]).toEqual([plain.judged.verdict.kind, 'passed'])
  const given = asked.events.filter(({ event }) => event.type === 'approval-given')
  expect(given.map(({ event }) => event)).toEqual([{ type: 'approval-given', step: 'ask', by: 'on-call' }])
  // Five minutes; the instants at which resolvers look again are the same.
  expect(asked.lastedMs - plain.lastedMs).toBeGreaterThan(0)
  expect(given[0]?.at).toBeGreaterThanOrEqual(300_000)
})

test('where nobody answers the run stays paused, and lets nobody in', () => {
  const { judged, events } = drilled({})
  expect(judged.verdict.kind).toBe('interrupted')
  const ended = events.map(({ event }) => event).filter(({ type }) => type === 'run-ended')
  expect(ended.at(-1)).toMatchObject({ outcome: 'paused' })
  expect(events.some(({ event }) => event.type === 'step-started' && event.step === 'switch-dns')).toBe(false)
})
