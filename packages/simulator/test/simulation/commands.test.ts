import { simulateDrill } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { drillOptions } from './lab.ts'

/** A program of the team's own stands before the gate. */
const RUNS = [
  [
    '  - id: confirm-gate\n',
    `  - id: own-check
    title: Run the team's own check
    group: validate
    needs: [force-backup]
    action:
      kind: run-command
      with:
        argv: [check-restored, --quick]
        timeoutMs: 60000
        effects: {}

  - id: confirm-gate
`,
  ],
  [
    'needs: [compare-counts, run-query, check-metrics,',
    'needs: [own-check, compare-counts, run-query, check-metrics,',
  ],
] as const

const drilled = (exitCode: number | null) => {
  const commands = {
    'check-restored': function* () {
      return { exitCode, signal: null, stdout: '', stderr: '' }
    },
  }
  return simulateDrill(drillOptions({ changes: RUNS, more: exitCode === null ? {} : { commands } }))
}

test('a program that was modelled is run, and its end decides', () => {
  const plain = simulateDrill(drillOptions())
  expect(drilled(0).judged.verdict.kind).toBe(plain.judged.verdict.kind)
  const { judged, events } = drilled(1)
  expect(judged.verdict.kind).toBe('failed')
  const failures = events.flatMap(({ event }) => (event.type === 'step-failed' ? [event] : []))
  expect(failures.map(({ step, error }) => [step, error.code])).toContainEqual([
    'own-check',
    'command-failed',
  ])
})

test('a program that nobody modelled cannot be run, and nobody is let in', () => {
  const { judged, events } = drilled(null)
  expect(judged.verdict.kind).not.toMatch(/^restored/)
  expect(events.some(({ event }) => event.type === 'step-started' && event.step === 'switch-dns')).toBe(false)
})
