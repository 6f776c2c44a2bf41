import { explain, NO_FACTS, type PlanTarget, plan } from '@dr-drill/runbook-core'
import { loadRunbook } from '@dr-drill/runbook-core/yaml'
import { RandomStream } from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { visible } from '../../ports/log.ts'
import { stemedbActions } from '../../targets/stemedb-actions.ts'
import { collect, type Format, flag, formatFlag, wholeNumber } from '../flags.ts'
import type { Register } from '../program.ts'
import { pairs } from '../run/pairs.ts'
import { planFacts } from '../run/plan-facts.ts'
import { readRunbook } from '../run/runbooks.ts'

interface Options {
  readonly target?: string
  readonly param?: readonly string[]
  readonly fact?: readonly string[]
  readonly seed: string
  readonly format: Format
}

/** `drill plan`: what a restore will take, without touching anything. */
export const registerPlan: Register = (program, context, finish) => {
  program
    .command('plan')
    .summary('critical path against the RTO, worst-case RPO, peak disk, in words')
    .description(
      'Tells what a restore will take and need, and touches nothing. Exit 1 when the critical path exceeds the RTO or the worst case the RPO.',
    )
    .argument('<RUNBOOK>', 'a built-in runbook (full-restore) or a file')
    .addOption(
      flag('--target <TARGET>', 'also say what this target lacks; its parameter profile applies').choices([
        'local',
        'sim',
      ]),
    )
    .addOption(flag('--param <NAME=VALUE>', 'a parameter of the runbook; may be repeated').argParser(collect))
    .addOption(
      flag(
        '--fact <NAME=VALUE>',
        `what is known beforehand: ${Object.keys(NO_FACTS).join(', ')} (a size such as 30GB, or a number); may be repeated`,
      ).argParser(collect),
    )
    .addOption(flag('--seed <N>', 'seed of the forecast').default('1'))
    .addOption(formatFlag())
    .addHelpText(
      'after',
      '\nExample:\n  ./drill plan full-restore --fact backupBytes=30GB --fact logBytes=2GB',
    )
    .action((name: string, options: Options) => {
      const registry = stemedbActions()
      const { text, file } = readRunbook(name, context.directory)
      const runbook = loadRunbook(text, {
        registry,
        checksums: nativeChecksums,
        params: pairs('--param', options.param),
        ...(options.target === undefined ? {} : { profile: options.target }),
        file,
      })
      const random = RandomStream.fromSeed(wholeNumber('--seed', options.seed, 0, Number.MAX_SAFE_INTEGER))
      const made = plan(runbook, {
        registry,
        random: () => random.uint32(),
        facts: planFacts(pairs('--fact', options.fact)),
        ...(options.target === undefined ? {} : { target: options.target === 'sim' ? SIM : LOCAL }),
      })
      context.terminal.out(
        options.format === 'json'
          ? `${JSON.stringify(made)}\n`
          : `${explain(made).map(visible).join('\n')}\n`,
      )
      finish(made.holds ? 0 : 1)
    })
}

/** What `local` offers on this machine: owners can be changed by the superuser alone. */
const LOCAL: PlanTarget = {
  name: 'local',
  capabilities: new Set([
    'service-manager',
    'dns',
    'traffic',
    'alerts',
    'notify',
    ...(process.getuid?.() === 0 ? (['chown'] as const) : []),
  ]),
  ports: null,
}

/** A simulated host offers the same, changing owners included. */
const SIM: PlanTarget = {
  name: 'sim',
  capabilities: new Set(['service-manager', 'dns', 'traffic', 'alerts', 'notify', 'chown']),
  ports: null,
}
