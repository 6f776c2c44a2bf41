import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  addTallies,
  drillOfScenario,
  FAULTS,
  outcomeOfDrill,
  readScenario,
  runDigest,
  scenarioText,
} from '@dr-drill/simulator'
import { drillOf } from '@dr-drill/simulator/fast-check'
import { nativeChecksums } from '@dr-drill/simulator/server'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { Lab } from '../../src/targets/sim/lab.ts'
import { Explorer, type ExploreSetup } from '../../src/workers/explore-task.ts'

vi.setConfig({ testTimeout: 600_000 })

const RUNBOOKS = fileURLToPath(new URL('../../../../fixtures/runbooks/', import.meta.url))
const isLong = process.env.DRILL_TEST_LONG === '1'

const setupOf = (runbook: string, seed: number): ExploreSetup => ({
  runbook: { text: readFileSync(`${RUNBOOKS}${runbook}.yaml`, 'utf8'), file: runbook, params: {} },
  seed,
  kinds: FAULTS.map(({ kind }) => kind),
  assertions: 60,
})

describe('an exploration', () => {
  test('is the same in another lab, and shards add up to the whole', () => {
    const setup = setupOf('full-restore', 11)
    const [one, other] = [new Explorer(setup), new Explorer(setup)]
    const runs = (explorer: Explorer, from: number, step: number) =>
      explorer.runs({ kind: 'runs', setup, from, before: 8, step })
    const whole = runs(one, 0, 1)
    const [first, second] = [runs(other, 0, 2), runs(other, 1, 2)]
    expect(addTallies(second, first)).toEqual(whole)
    expect(whole.runs).toBe(8)
    expect(first.digest).not.toBe(second.digest)
  })
})

/** Canary, the invariant that it is known to violate, and an exploration that finds that soon. */
const CANARIES = [
  ['starts-without-verifying', 'I18', 3],
  ['switches-traffic-early', 'I8', 1],
  ['trusts-the-health-count', 'I17', 1],
] as const

describe.each(CANARIES)('the canary %s', (canary, invariant, explored) => {
  const setup = setupOf(`canaries/${canary}`, explored)
  const explorer = new Explorer(setup)
  const budget = isLong ? 1_000 : 160

  test(`is caught (${invariant}) by a counterexample of two faults at most, which replays to the byte`, () => {
    let found = explorer.runs({ kind: 'runs', setup, from: 0, before: 0, step: 1 })
    for (let from = 0; from < budget && found.violations[invariant] === undefined; from += 20) {
      found = addTallies(found, explorer.runs({ kind: 'runs', setup, from, before: from + 20, step: 1 }))
    }
    const first = found.violations[invariant]
    if (first === undefined) throw new Error(`${budget} runs did not catch it: ${JSON.stringify(found)}`)
    const { index, seed } = first
    const file = 'counterexample.json'
    const example = explorer.simplest({ kind: 'simplest', setup, invariant, index, seed, file })
    const { faults, expect: expected, path, digest } = example.scenario
    expect(faults.length).toBeLessThanOrEqual(2)
    expect(expected.violated).toContain(invariant)
    expect(example.story).toContain(`**${invariant} `)
    expect(example.story).toContain(`./drill replay ${file}`)

    const scenario = readScenario(scenarioText(example.scenario), file)
    const lab = new Lab({ ...setup.runbook, params: scenario.params })
    const drill = drillOfScenario(scenario, lab.production)
    const again = lab.perform(drill, { memory: true, draws: null })
    expect(outcomeOfDrill(again)).toEqual(expected)
    expect(runDigest(again, nativeChecksums)).toBe(digest)

    const space = lab.space(setup.seed, setup.kinds, setup.assertions)
    expect(drillOf(fc, space, seed, path)).toEqual(drill)
  })
})
