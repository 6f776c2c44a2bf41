import type { Scenario } from '@dr-drill/simulator'
import { makeRunDirectory, newRunId } from '../../targets/local/run-directory.ts'
import { keepRequest } from '../../targets/local/run-request.ts'
import { Lab } from '../../targets/sim/lab.ts'
import type { CliContext } from '../context.ts'
import { performSimRun } from './perform-sim-run.ts'
import type { RunFlags } from './run-options.ts'
import type { RunbookText } from './runbooks.ts'
import { checkSteps, refuseRealFlags, simDrill, simRequest } from './sim-request.ts'

/** `run --target sim`: everything that can be refused is refused before anything is made. @throws usage-invalid, input-invalid */
export async function runSimulated(
  runbook: RunbookText,
  flags: RunFlags,
  isGiven: (name: string) => boolean,
  scenario: Scenario | null,
  context: CliContext,
): Promise<number> {
  refuseRealFlags(flags)
  const asked = (directory: string) =>
    simRequest(flags, runbook.file, directory, scenario, isGiven('deadline'))
  const first = asked(context.directory)
  const lab = new Lab({ ...runbook, params: first.params })
  const drawn = simDrill(first, scenario, lab)
  checkSteps(first, lab.prepared(drawn.production).runbook)
  const directory = makeRunDirectory(context.directory, flags.out ?? null, newRunId(new Date()))
  const request = asked(directory)
  keepRequest(directory, request, runbook.text)
  const show = { format: flags.format, quiet: flags.quiet === true }
  return await performSimRun(directory, request, lab, drawn, show, context)
}
