import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { OperatingError } from '@dr-drill/runbook-core'
import { readScenario, type Scenario } from '@dr-drill/simulator'
import { type RunbookText, readRunbook } from '../run/runbooks.ts'

/** A scenario file, and the runbook that it was recorded with. */
export interface ScenarioFile {
  readonly scenario: Scenario
  /** As given. */
  readonly file: string
  readonly runbook: RunbookText
  /** What `run` takes to find that runbook. */
  readonly runbookArgument: string
}

/** Reads a scenario. @throws input-unreadable, input-invalid, input-too-new, usage-invalid */
export function readScenarioFile(file: string, directory: string): ScenarioFile {
  const path = resolve(directory, file)
  const scenario = readScenario(textOf(path, file), file)
  const { id, file: beside } = scenario.runbook
  const runbookArgument = beside === null ? id : resolve(dirname(path), beside)
  return { scenario, file, runbook: readRunbook(runbookArgument, directory), runbookArgument }
}

function textOf(path: string, file: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code ?? String(thrown)
    throw new OperatingError('input-unreadable', `cannot read the scenario ${file}: ${code}`, {
      subject: file,
    })
  }
}
