import { drillOfScenario, outcomeOfDrill, runDigest } from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { makeRunDirectory } from '../../targets/local/run-directory.ts'
import { keepRequest } from '../../targets/local/run-request.ts'
import { Lab } from '../../targets/sim/lab.ts'
import { runSim } from '../../targets/sim/sim-run.ts'
import type { CliContext } from '../context.ts'
import type { RunFlags } from '../run/run-options.ts'
import { simRequest } from '../run/sim-request.ts'
import type { ScenarioFile } from '../scenario/read-scenario-file.ts'
import type { Replayed } from './replayed.ts'

/** Performs a scenario in virtual time; with `--out` it leaves what a run leaves. @throws what preparing or performing it throws */
export async function replayOnSim(
  given: ScenarioFile,
  flags: RunFlags,
  context: CliContext,
): Promise<Replayed> {
  const { scenario, file, runbook } = given
  const asked = (directory: string) => simRequest(flags, runbook.file, directory, scenario, false)
  const lab = new Lab({ ...runbook, params: asked(context.directory).params })
  const drawn = drillOfScenario(scenario, lab.production)
  const runbookDigest = lab.prepared(drawn.production).runbook.digest
  const told = { file, target: 'sim', scenario, runbookDigest } as const
  if (flags.out === undefined) {
    const drill = lab.perform(drawn, { memory: true, draws: null })
    const digest = runDigest(drill, nativeChecksums)
    return { ...told, observed: outcomeOfDrill(drill), digest, directory: null }
  }
  const directory = makeRunDirectory(context.directory, flags.out, 'replay')
  keepRequest(directory, asked(directory), runbook.text)
  const { drill, digest } = await runSim(directory, asked(directory), lab, drawn, { onEvent() {} })
  return { ...told, observed: outcomeOfDrill(drill), digest, directory }
}
