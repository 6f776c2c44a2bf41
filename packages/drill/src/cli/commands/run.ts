import type { Option } from 'commander'
import { checkSupplied } from '../../targets/local/check-supplied.ts'
import { makeRunDirectory, newRunId } from '../../targets/local/run-directory.ts'
import { keepRequest } from '../../targets/local/run-request.ts'
import { stemedbActions } from '../../targets/stemedb-actions.ts'
import type { CliContext } from '../context.ts'
import { collect, flag, formatFlag } from '../flags.ts'
import type { Register } from '../program.ts'
import { checkRunbook } from '../run/check-runbook.ts'
import { engineAnswers, refuseForContainers } from '../run/container-flags.ts'
import type { ShowOptions } from '../run/perform-run.ts'
import { type RunFlags, runRequest } from '../run/run-options.ts'
import { readRunbook } from '../run/runbooks.ts'
import { refuseScenarioFlags } from '../run/sim-request.ts'
import { readScenarioFile } from '../scenario/read-scenario-file.ts'

const EXAMPLES = `
Examples:
  ./drill run full-restore
  ./drill run full-restore --format json > verdict.json
  ./drill run full-restore --fault corrupt-segment:copies=all --param accept-loss=true
  ./drill run full-restore --target sim --seed 7 --fault power-loss
  ./drill run full-restore --target containers
  ./drill run full-restore --source s3://stemedb-backups-prod --endpoint http://127.0.0.1:9000 \\
      --ledger W/ledger.jsonl --trust-key W/trust.pub`

/** `drill run`: prepares or attaches the target, runs, judges, reports. */
export const registerRun: Register = (program, context, finish) => {
  const command = program
    .command('run')
    .summary('run a runbook, judge what came back, write the evidence')
    .description(
      'Runs a runbook on a target and proves what came back. Without --source or --world it first generates a production to restore. Progress goes to stderr, the verdict to stdout; journal and reports stay in the run directory.',
    )
    .argument('<RUNBOOK>', 'a built-in runbook (full-restore) or a file')
  for (const option of [...whatFlags(), ...howFlags()]) command.addOption(option)
  command.addHelpText('after', EXAMPLES).action(async (runbook: string, flags: RunFlags) => {
    const isGiven = (name: string): boolean => command.getOptionValueSource(name) !== 'default'
    finish(await run(runbook, flags, isGiven, context))
  })
}

function whatFlags(): Option[] {
  return [
    flag('--target <TARGET>', 'where it runs: this machine, containers of its engine, or virtual time')
      .choices(['local', 'sim', 'containers'])
      .default('local'),
    flag('--mode <MODE>', 'rehearsal (generated data) or drill (supplied backups)').choices([
      'rehearsal',
      'drill',
    ]),
    flag('--param <NAME=VALUE>', 'a parameter of the runbook; may be repeated').argParser(collect),
    flag('--seed <N>', 'seed of the generated production, or "random"').default('1'),
    flag(
      '--fault <KIND[:K=V,...]>',
      'let this go wrong, on local for real; may be repeated (see: drill faults)',
    ).argParser(collect),
    flag('--scenario <FILE>', 'production, disaster, faults and parameters of this scenario'),
    flag('--assertions <N>', 'size of the generated production'),
    flag('--world <DIR>', 'restore a production kept on disk (see: drill world)'),
    flag('--source <URL>', 's3://BUCKET[/PREFIX]: restore existing backups; they are only read'),
    flag('--endpoint <URL>', "S3 endpoint of --source and --archive-to; without it AWS's own"),
    flag('--region <REGION>', 'region of the buckets (default: us-east-1)'),
    flag('--archive-to <URL>', 'where the restored server archives; default: a bucket of this run'),
    flag('--ledger <FILE>', 'what was written and acknowledged, for the oracle'),
    flag('--trust-key <FILE>', 'public key of the signer of the backups'),
    flag('--failure-at <INSTANT>', 'when production failed (default: by the ledger, else now)'),
  ]
}

function howFlags(): Option[] {
  return [
    flag('--expect <VERDICT>', 'pass by ending with this verdict').choices([
      'restored',
      'restored-with-loss',
      'refused',
      'failed',
      'inconclusive',
    ]),
    flag('--out <DIR>', 'directory of the run, absent or empty (default: drill-reports/RUN-ID)'),
    flag('--work-dir <DIR>', 'where the target lies (default: inside the directory of the run)'),
    flag('--keep <WHEN>', 'whether the target stays after the run')
      .choices(['always', 'on-failure', 'never'])
      .default('on-failure'),
    flag(
      '--deadline <DURATION>',
      'when a run that does not end is given up (on sim: never, unless given)',
    ).default('30m'),
    flag('--dry-run', 'perform what only reads; print each write that a step would make, and make none'),
    flag('--allow-host-commands', 'let run-command steps run programs of this machine'),
    flag('--agent', 'on local: let an agent, a process of its own, perform the steps, as on other machines'),
    flag('--approve <STEP=NAME>', 'an approval given beforehand; may be repeated').argParser(collect),
    formatFlag(),
    flag('--quiet', 'the run and its seed, failures and the verdict only'),
  ]
}

async function run(
  name: string,
  flags: RunFlags,
  isGiven: (name: string) => boolean,
  context: CliContext,
): Promise<number> {
  const runbook = readRunbook(name, context.directory)
  const { text } = runbook
  const scenario =
    flags.scenario === undefined ? null : readScenarioFile(flags.scenario, context.directory).scenario
  if (scenario !== null) refuseScenarioFlags(flags, isGiven)
  // What a target needs is loaded for that target: a simulated run is over before all of a real one's is read.
  if (flags.target === 'sim') {
    const { runSimulated } = await import('../run/run-simulated.ts')
    return await runSimulated(runbook, flags, isGiven, scenario, context)
  }
  if (flags.target === 'containers') refuseForContainers(flags)
  const { performRun } = await import('../run/perform-run.ts')
  if (scenario !== null) {
    const { prepareLocalScenario } = await import('../scenario/local-scenario.ts')
    const { directory, request } = prepareLocalScenario(scenario, runbook, flags, context)
    return await performRun(directory, request, text, showOf(flags), context, false)
  }
  const runId = newRunId(new Date())
  const request = (directory: string) => runRequest(flags, name, { runId, directory }, context)
  // Everything that can be refused is refused before anything is made.
  const first = request(context.directory)
  checkRunbook(text, first, stemedbActions())
  await checkSupplied(first)
  if (flags.target === 'containers' && !(await engineAnswers(context))) return 5
  const directory = makeRunDirectory(context.directory, flags.out ?? null, runId)
  const asked = request(directory)
  keepRequest(directory, asked, text)
  return await performRun(directory, asked, text, showOf(flags), context, false)
}

const showOf = (flags: RunFlags): ShowOptions => ({ format: flags.format, quiet: flags.quiet === true })
