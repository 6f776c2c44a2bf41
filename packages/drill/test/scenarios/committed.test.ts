import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { differences, drillOfScenario, faultKind, outcomeOfDrill, type Scenario } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { readScenarioFile } from '../../src/cli/scenario/read-scenario-file.ts'
import { Lab } from '../../src/targets/sim/lab.ts'

const FOLDER = fileURLToPath(new URL('../../../../fixtures/scenarios/', import.meta.url))

/** Committed scenarios by their path; those of single faults are performed where faults are told apart. */
const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.json') && !name.startsWith('faults/'))
  .sort()

test('there are some, each with a title of its own and faults that exist', () => {
  expect(files.length).toBeGreaterThan(2)
  const scenarios = files.map((name) => readScenarioFile(join(FOLDER, name), FOLDER).scenario)
  expect(new Set(scenarios.map(({ title }) => title)).size).toBe(files.length)
  for (const { faults } of scenarios) for (const { kind } of faults) expect(faultKind(kind).kind).toBe(kind)
})

test.each(files)('%s ends as it was recorded', (name) => {
  const { scenario, runbook } = readScenarioFile(join(FOLDER, name), FOLDER)
  const lab = new Lab({ ...runbook, params: scenario.params })
  const drill = lab.perform(drillOfScenario(scenario, lab.production), { memory: true, draws: null })
  expect(differences(scenario.expect, outcomeOfDrill(drill)), story(scenario)).toEqual([])
})

const story = ({ title, faults }: Scenario): string =>
  `${title}: ${faults.map(({ kind }) => kind).join(', ')}`
