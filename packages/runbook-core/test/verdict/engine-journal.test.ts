import { ActionRegistry, foldRecord, type JudgedRun, judgeRun, stepState } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arbitraryCase, type ToyCase } from '../engine/support/arbitrary-graph.ts'
import { runs } from '../engine/support/runs.ts'
import { toyOptions, toyRunbook } from '../engine/support/toy-runbook.ts'
import { resultOf, ToyWorld } from '../engine/support/toy-world.ts'

/** Runs the real engine on a drawn graph and judges the journal it wrote. */
function judged(drawn: ToyCase) {
  const world = new ToyWorld(drawn.scripts)
  const runbook = toyRunbook(drawn.steps)
  const result = resultOf(world.run(toyOptions(runbook, { concurrency: drawn.concurrency })))
  const record = foldRecord(
    world.journal.events.map(({ event, at }, index) => ({ seq: index + 1, at, event })),
  )
  const run = judgeRun({
    record,
    runbook,
    actions: new ActionRegistry(),
    plan: null,
    expect: null,
    dryRun: false,
  })
  return { record, result, run }
}

const statusOf = (run: JudgedRun, id: string) => run.invariants.find((one) => one.id === id)?.status

test('the record agrees with the engine about every step, and the journal is complete', () => {
  fc.assert(
    fc.property(arbitraryCase(20), (drawn) => {
      const { record, result, run } = judged(drawn)
      for (const { id } of drawn.steps) {
        const known = stepState(result.state, id)
        const told = record.steps.get(id)
        expect(told?.status ?? 'pending').toBe(known?.status)
        if (told?.started != null) expect(told.attempts).toBe(known?.attempt)
      }
      expect(record.ended?.outcome).toBe(result.outcome)
      expect(record.gaps).toEqual([])
      expect([statusOf(run, 'I15'), statusOf(run, 'I10')]).toEqual(['held', 'not-applicable'])
    }),
    runs(150),
  )
})

test('a run whose evidence nobody collected is never said to be restored', () => {
  fc.assert(
    fc.property(arbitraryCase(20), (drawn) => {
      const { run } = judged(drawn)
      expect(['refused', 'failed', 'inconclusive']).toContain(run.verdict.kind)
      expect(run.passed).toBe(false)
    }),
    runs(100),
  )
})
