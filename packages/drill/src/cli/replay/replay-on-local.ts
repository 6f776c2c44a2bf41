import { resolve } from 'node:path'
import { OperatingError, type RunRecord } from '@dr-drill/runbook-core'
import { aftermathOf, drillOfScenario, evidenceOfLoss, RandomStream } from '@dr-drill/simulator'
import { recordOf } from '../../targets/local/judge-and-report.ts'
import { isRun, newRunId, REPORTS } from '../../targets/local/run-directory.ts'
import { keepRequest, readRequest } from '../../targets/local/run-request.ts'
import { Lab } from '../../targets/sim/lab.ts'
import type { CliContext } from '../context.ts'
import { reportAgain } from '../run/report-again.ts'
import type { RunFlags } from '../run/run-options.ts'
import type { ScenarioFile } from '../scenario/read-scenario-file.ts'
import { runChild } from './child-command.ts'
import { violatedBeyondExcuse } from './excused.ts'
import type { Replayed } from './replayed.ts'

/** Processes of one run that may die before somebody gives it up. */
const DEATHS_MAX = 20

/** What came of a replay on this machine; `exitCode` when the run could not even begin, or was interrupted. */
export type LocalReplay = { readonly replayed: Replayed } | { readonly exitCode: number }

/**
 * Performs a scenario on this machine, over the same production as the disaster left it. What happens to a run in the simulated world
 * happens to it here, too: one whose process was killed is resumed, and one that did not come to its end goes on once, when all that
 * lasts is over.
 */
export async function replayOnLocal(
  given: ScenarioFile,
  flags: RunFlags,
  context: CliContext,
): Promise<LocalReplay> {
  const directory = resolve(context.directory, flags.out ?? `${REPORTS}/${newRunId(new Date())}`)
  let end = await runChild(runArguments(given, flags, directory, context), context)
  const resume = () => runChild(['resume', directory, '--quiet'], context)
  for (let deaths = 0; end.signal === 'SIGKILL' && deaths < DEATHS_MAX; deaths += 1) end = await resume()
  if (!isRun(directory) || context.interrupts.received !== null || end.code === null) {
    return { exitCode: end.code ?? 70 }
  }
  let record = await recordOf(directory)
  if (goesOn(record)) {
    const { request, runbookText } = readRequest(directory)
    keepRequest(directory, { ...request, healed: true }, runbookText)
    context.terminal.err('The world heals: the run goes on once.\n')
    end = await resume()
    record = await recordOf(directory)
  }
  const { judged } = await reportAgain(directory)
  const violated = [
    ...violatedBeyondExcuse(judged, given.scenario.disaster.kind === 'region' ? lagOf(given) : 0),
  ]
  return {
    replayed: {
      file: given.file,
      target: 'local',
      scenario: given.scenario,
      observed: { verdict: judged.verdict.kind, loss: evidenceOfLoss(record), violated },
      digest: null,
      runbookDigest: judged.runbook.digest,
      directory,
    },
  }
}

/** How far the source lagged behind production when a region was lost, ms. */
function lagOf({ scenario, runbook }: ScenarioFile): number {
  const lab = new Lab({ ...runbook, params: {} })
  const { seed, production, failureAt, disaster } = drillOfScenario(scenario, lab.production)
  const random = RandomStream.fromSeed(seed).split('disaster')
  return aftermathOf(lab.production(production), failureAt, disaster, random).lossMs
}

const goesOn = ({ started, ended }: RunRecord): boolean => started !== null && ended?.outcome !== 'completed'

function runArguments(
  { runbookArgument, file }: ScenarioFile,
  flags: RunFlags,
  directory: string,
  { directory: base }: CliContext,
): readonly string[] {
  if (file.startsWith('-')) throw new OperatingError('usage-invalid', `${file} is no file`)
  const params = (flags.param ?? []).flatMap((text) => ['--param', text])
  const quiet = flags.quiet === true ? ['--quiet'] : []
  const where = ['--target', 'local', '--scenario', resolve(base, file), '--out', directory]
  return [
    'run',
    runbookArgument,
    ...where,
    '--keep',
    'always',
    '--deadline',
    flags.deadline,
    ...params,
    ...quiet,
  ]
}
