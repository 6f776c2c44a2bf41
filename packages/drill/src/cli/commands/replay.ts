import { OperatingError } from '@dr-drill/runbook-core'
import type { CliContext } from '../context.ts'
import { collect, type Format, flag, formatFlag } from '../flags.ts'
import { signalExitCode } from '../interrupts.ts'
import type { Register } from '../program.ts'
import { departures, type Replayed, replayDocument, replayText } from '../replay/replayed.ts'
import { updateScenario } from '../replay/update-scenario.ts'
import type { RunFlags } from '../run/run-options.ts'
import { sentence } from '../run/show-run.ts'
import { readScenarioFile } from '../scenario/read-scenario-file.ts'

const EXAMPLES = `
Examples:
  ./drill replay drill-reports/explore-1/I6-run-17.json
  ./drill replay fixtures/scenarios/corrupt-segment.json --target local

Exit codes: 0 the recorded verdict is reproduced (same kind, same loss, same violated invariants); 1 it is not.`

interface Options {
  readonly target: 'sim' | 'local'
  readonly param?: readonly string[]
  readonly out?: string
  readonly update?: boolean
  readonly deadline: string
  readonly format: Format
  readonly quiet?: boolean
}

/** `drill replay`: a counterexample or scenario, on any target. */
export const registerReplay: Register = (program, context, finish) => {
  program
    .command('replay')
    .summary('perform a counterexample or scenario again, and compare what comes of it')
    .description(
      'Performs a scenario: its production as its disaster left it, its faults, its parameters, its runbook. On sim every byte is the same again; on local the same faults strike real processes, files and sockets.',
    )
    .argument('<FILE>', 'a scenario file (its form: drill schema scenario)')
    .addOption(flag('--target <TARGET>', 'where').choices(['sim', 'local']).default('sim'))
    .addOption(
      flag('--param <NAME=VALUE>', "a parameter instead of the scenario's; may be repeated").argParser(
        collect,
      ),
    )
    .addOption(flag('--out <DIR>', 'directory of the run, absent or empty (on sim: without it none is kept)'))
    .addOption(
      flag('--deadline <DURATION>', 'on local: when a run that does not end is given up').default('30m'),
    )
    .addOption(
      flag('--update', 'on sim: write what came of it into the file, as what is expected from now on'),
    )
    .addOption(formatFlag())
    .addOption(flag('--quiet', 'the result only'))
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: Options) => {
      finish(await replay(file, options, context))
    })
}

async function replay(file: string, options: Options, context: CliContext): Promise<number> {
  const given = readScenarioFile(file, context.directory)
  context.terminal.err(`${sentence('rehearsal', options.target)}\n`)
  const flags: RunFlags = { ...options, seed: String(given.scenario.seed), keep: 'on-failure' }
  if (options.target === 'sim') {
    const { replayOnSim } = await import('../replay/replay-on-sim.ts')
    const replayed = await replayOnSim(given, flags, context)
    if (options.update === true) return show(updateScenario(replayed, context.directory), options, context)
    return show(replayed, options, context)
  }
  if (options.update === true) {
    throw new OperatingError(
      'usage-invalid',
      '--update goes with --target sim: real runs differ from each other',
    )
  }
  const { replayOnLocal } = await import('../replay/replay-on-local.ts')
  const came = await replayOnLocal(given, flags, context)
  return 'exitCode' in came ? came.exitCode : show(came.replayed, options, context)
}

function show(replayed: Replayed, { format }: Options, { terminal, interrupts }: CliContext): number {
  terminal.out(format === 'json' ? `${JSON.stringify(replayDocument(replayed))}\n` : replayText(replayed))
  if (interrupts.received !== null) return signalExitCode(interrupts.received)
  return departures(replayed).length === 0 ? 0 : 1
}
