import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Scenario, scenarioText } from '@dr-drill/simulator'
import type { Replayed } from './replayed.ts'

/** Writes what came of a scenario into its file, as what is expected from now on: a change that somebody reviews. */
export function updateScenario(replayed: Replayed, directory: string): Replayed {
  const { scenario, observed, digest, runbookDigest, file } = replayed
  const updated: Scenario = {
    ...scenario,
    expect: observed,
    digest: scenario.digest === null ? null : digest,
    runbook: {
      ...scenario.runbook,
      digest: scenario.runbook.digest === null ? null : runbookDigest,
    },
  }
  writeFileSync(resolve(directory, file), scenarioText(updated))
  return { ...replayed, scenario: updated }
}
