import { existsSync, readdirSync } from 'node:fs'
import { OperatingError } from '@dr-drill/runbook-core'
import { RunbookShelf } from '../../targets/sim/runbook-of.ts'
import type { CliContext } from '../context.ts'
import { explorationDocument, explorationExit, explorationText } from '../explore/exploration-report.ts'
import { type ExploreFlags, exploreRequest } from '../explore/explore-options.ts'
import { collect, flag, formatFlag } from '../flags.ts'
import { signalExitCode } from '../interrupts.ts'
import type { Register } from '../program.ts'
import { readRunbook } from '../run/runbooks.ts'
import { sentence } from '../run/show-run.ts'

const EXAMPLES = `
Examples:
  ./drill explore full-restore
  ./drill explore full-restore --duration 10m --workers 2
  ./drill explore full-restore --runs 100000 --seed 1 --shard 3/8 --format json > shard-3.json

Exit codes: 0 nothing found; 1 an invariant is violated (its counterexample is written);
4 a kind of fault was not seen to strike often enough; 70 a defect of the simulation.`

/** `drill explore`: faulted simulated drills by the thousand. */
export const registerExplore: Register = (program, context, finish) => {
  program
    .command('explore')
    .summary('faulted simulated drills by the thousand; counterexamples are shrunk and kept')
    .description(
      'Performs drills of a runbook in virtual time, each with a production, a disaster and faults drawn from the seed and its index, and holds every one against all invariants. What violates one is shrunk to the fewest faults, the latest moments and the smallest history, and written as a scenario and a story.',
    )
    .argument('<RUNBOOK>', 'a built-in runbook (full-restore) or a file')
    .addOption(flag('--runs <N>', 'drills to perform, of all shards together (default: 1000)'))
    .addOption(flag('--duration <DURATION>', 'stop when so much time has passed'))
    .addOption(flag('--seed <N>', 'what everything is drawn from, or "random"').default('random'))
    .addOption(
      flag('--faults <KIND,...>', 'draw from these kinds of fault only (default: all; see: drill faults)'),
    )
    .addOption(flag('--param <NAME=VALUE>', 'a parameter of the runbook; may be repeated').argParser(collect))
    .addOption(flag('--profile <TARGET>', "whose values of the runbook's parameters apply").default('sim'))
    .addOption(flag('--assertions <N>', 'records of a generated production (default: 5000)'))
    .addOption(flag('--workers <N>', 'threads (default: one per core); the digest does not depend on them'))
    .addOption(
      flag('--shard <I/N>', 'perform the I-th of N parts; digests of all parts add up').default('1/1'),
    )
    .addOption(flag('--out <DIR>', 'where counterexamples go (default: drill-reports/explore-SEED)'))
    .addOption(formatFlag())
    .addOption(flag('--quiet', 'the result only'))
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, flags: ExploreFlags) => {
      finish(await perform(name, flags, context))
    })
}

async function perform(name: string, flags: ExploreFlags, context: CliContext): Promise<number> {
  const { terminal, interrupts } = context
  const request = exploreRequest(flags, readRunbook(name, context.directory), context)
  // What can be refused is refused before any thread starts.
  new RunbookShelf(request.setup.runbook)
  if (flags.out !== undefined) requireEmpty(request.out)
  terminal.err(`${sentence('rehearsal', 'sim')}\n`)
  const { setup, workers, shard } = request
  terminal.err(
    `Exploration of ${name}, seed ${setup.seed}, ${workers} workers, shard ${shard.index + 1}/${shard.of}\n`,
  )
  // Threads and drawing are loaded when they are needed.
  const { explore } = await import('../explore/explore.ts')
  const ended = await explore(request, flags.quiet === true, context)
  terminal.out(
    flags.format === 'json' ? `${JSON.stringify(explorationDocument(ended))}\n` : explorationText(ended),
  )
  return interrupts.received === null ? explorationExit(ended) : signalExitCode(interrupts.received)
}

function requireEmpty(directory: string): void {
  if (!existsSync(directory) || readdirSync(directory).length === 0) return
  throw new OperatingError('usage-invalid', `${directory} is not empty`, {
    subject: directory,
    hint: 'Name a directory that is absent or empty: counterexamples are never written over others.',
  })
}
