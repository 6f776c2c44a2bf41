import { join } from 'node:path'
import { drillOfScenario, type Scenario } from '@dr-drill/simulator'
import { makeRunDirectory, newRunId } from '../../targets/local/run-directory.ts'
import { keepRequest, type RunRequest } from '../../targets/local/run-request.ts'
import { Lab } from '../../targets/sim/lab.ts'
import { stemedbActions } from '../../targets/stemedb-actions.ts'
import type { CliContext } from '../context.ts'
import { checkRunbook } from '../run/check-runbook.ts'
import { type RunFlags, runRequest } from '../run/run-options.ts'
import type { RunbookText } from '../run/runbooks.ts'
import { writeStruckWorld } from '../world/write-world.ts'

/** A scenario that is ready to run on this machine. */
export interface LocalScenario {
  readonly directory: string
  readonly request: RunRequest
}

/**
 * Makes a run's directory with the scenario's production in it, as the disaster left it, in the form in which real servers keep it.
 * Parameters of the scenario count as explicit; flags win over them. @throws usage-invalid for faults that only a simulation can do
 */
export function prepareLocalScenario(
  scenario: Scenario,
  runbook: RunbookText,
  flags: RunFlags,
  context: CliContext,
): LocalScenario {
  const runId = newRunId(new Date())
  const params = Object.entries(scenario.params).map(([name, value]) => `${name}=${value}`)
  const own = new Set((flags.param ?? []).map((text) => text.slice(0, text.indexOf('='))))
  const kept = params.filter((text) => !own.has(text.slice(0, text.indexOf('='))))
  const request = (directory: string): RunRequest => ({
    ...runRequest(
      {
        ...flags,
        seed: String(scenario.seed),
        param: [...kept, ...(flags.param ?? [])],
        world: join(directory, 'world'),
      },
      runbook.file,
      { runId, directory },
      context,
    ),
    scenario: scenario.title,
    faults: scenario.faults,
    expect: flags.expect ?? null,
  })
  checkRunbook(runbook.text, request(context.directory), stemedbActions())
  const directory = makeRunDirectory(context.directory, flags.out ?? null, runId)
  const lab = new Lab({ text: runbook.text, file: runbook.file, params: {} })
  const drill = drillOfScenario(scenario, lab.production)
  writeStruckWorld(join(directory, 'world'), { ...drill, production: lab.production(drill.production) })
  keepRequest(directory, request(directory), runbook.text)
  return { directory, request: request(directory) }
}
