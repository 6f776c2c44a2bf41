import { resolve } from 'node:path'
import { OperatingError } from '@dr-drill/runbook-core'
import { WORLD_ASSERTIONS, worldFailureAt } from '@dr-drill/simulator'
import type { CliContext } from '../context.ts'
import { type Format, flag, formatFlag, wholeNumber } from '../flags.ts'
import type { Register } from '../program.ts'
import { describe, writeWorld } from '../world/write-world.ts'

interface Options {
  readonly assertions: string
  readonly seed: string
  readonly end?: string
  readonly hostDisk?: boolean
  readonly format: Format
  readonly quiet?: boolean
}

/** `drill world`: a production history on disk. */
export const registerWorld: Register = (program, context) => {
  program
    .command('world')
    .summary('write a production history: backups, WAL archive, ledger, trust key')
    .description(
      'Lets a production run in virtual time, from 2026-02-11T00:05Z to its failure in the evening: clients, full backups at 06:00, 12:00 and 18:00, WAL archival every 15 minutes, verification. The bytes are what the stand-in, its timers and the embedded object store wrote; the same seed gives the same bytes.',
    )
    .argument('<DIR>', 'a directory that does not exist yet, or is empty')
    .addOption(
      flag('--assertions <N>', 'how many assertions its clients write').default(String(WORLD_ASSERTIONS)),
    )
    .addOption(flag('--seed <N>', 'seed of the world').default('1'))
    .addOption(
      flag('--end <WHEN>', '"now": everything is later by as much as makes it fail now').choices(['now']),
    )
    .addOption(flag('--host-disk', "also what production's own disk held when it failed"))
    .addOption(formatFlag())
    .addOption(flag('--quiet', 'print nothing but errors'))
    .addHelpText(
      'after',
      '\nExample:\n  ./drill world W\n  ./drill serve s3 --data W/s3\n  ./drill run full-restore --world W',
    )
    .action((directory: string, options: Options) => {
      const seed = wholeNumber('--seed', options.seed, 0, Number.MAX_SAFE_INTEGER)
      const assertions = wholeNumber('--assertions', options.assertions, 1, 100_000_000)
      if (directory === '') throw new OperatingError('usage-invalid', 'name the directory to write')
      const shiftMs = options.end === 'now' ? Date.now() - worldFailureAt(seed) : 0
      const written = {
        directory: resolve(context.directory, directory),
        seed,
        assertions,
        shiftMs,
        keepsHost: options.hostDisk === true,
        onProgress: whileWanted(context),
      }
      // Made in one go: signals would wait until it is done.
      context.interrupts.leaveToSystem()
      const world = writeWorld(written)
      if (options.quiet === true) return
      const facts = describe(world, written)
      context.terminal.out(
        options.format === 'json'
          ? `${JSON.stringify(facts)}\n`
          : `${directory}: ${facts.acknowledged} acknowledged assertions from ${facts.startedAt} to the failure at ${facts.failureAt}\n`,
      )
    })
}

/** For a child of a run: no world is finished for a parent that is gone. */
function whileWanted({ variables }: CliContext): () => void {
  if (variables.DRILL_EXIT_WITH_PARENT !== '1') return () => {}
  const parent = process.ppid
  return () => {
    if (process.ppid !== parent)
      throw new OperatingError('cancelled', 'the run that wanted this world is gone')
  }
}
