import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { processesNaming, until } from '../support/processes.ts'
import { type FaultedRun, FaultedRuns, faults, wrongInvariants } from './faulted-runs.ts'

// Each test is whole runs of real processes: on a busy machine they take as long as they take.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const isLong = process.env.DRILL_TEST_LONG === '1'
const runs = new FaultedRuns()
let plain: FaultedRun
beforeAll(async () => {
  await runs.prepare()
  plain = await runs.run('plain', [])
})
afterAll(() => runs.remove())

/** What was restored and how it lies there; records of the restored server's own history are not part of it. */
function endOf(run: FaultedRun) {
  const inventory = run.events
    .filter((event) => event.type === 'evidence-collected' && event.subject === 'inventory')
    .at(-1)
  return {
    code: run.code,
    loss: run.report.loss,
    wrong: wrongInvariants(run.report),
    readback: readFileSync(join(run.directory, 'readback.jsonl'), 'utf8'),
    rules: (inventory as { evidence?: { rules?: unknown } } | undefined)?.evidence?.rules,
  }
}

async function killedAndResumed(name: string, kills: readonly string[]): Promise<FaultedRun> {
  let run = await runs.run(name, faults(...kills))
  for (let count = 1; count <= kills.length; count += 1) {
    expect([run.code, run.fired], run.stderr).toEqual(['SIGKILL', Array(count).fill('kill-runner')])
    await until(() => processesNaming(run.directory).length === 0)
    run = await runs.resume(run.directory)
  }
  return run
}

test('killed at a step, before an effect and after one, the run reaches the same end', async () => {
  const run = await killedAndResumed('thrice', [
    'kill-runner:step=fetch-backup,effect=4',
    'kill-runner:effect=3,moment=after',
    // After its effect: another process serves the resumed run, and no second test write may come of it.
    'kill-runner:step=write-probe,effect=1,moment=after',
    'kill-runner:step=force-backup',
  ])
  expect(endOf(run)).toEqual(endOf(plain))
  expect(run.report.faults.filter(({ fired }) => !fired)).toEqual([])
})

const STEPS = ['fetch-backup', 'fetch-log', 'place-files', 'start-service', 'write-probe', 'switch-traffic']

test.each(isLong ? STEPS : [])('killed anywhere in %s', async (step) => {
  for (const moment of ['before', 'after']) {
    const kill = `kill-runner:step=${step},effect=1,moment=${moment}`
    expect(endOf(await killedAndResumed(`${step}-${moment}`, [kill]))).toEqual(endOf(plain))
  }
})
