import { OperatingError } from '@dr-drill/runbook-core'
import { Command, CommanderError } from 'commander'
import type { CliContext } from './context.ts'
import { printError } from './print-error.ts'

/** Adds one command (with its subcommands) to the program. `finish` receives the exit code of the command that ran. */
export type Register = (program: Command, context: CliContext, finish: (exitCode: number) => void) => void

const DESCRIPTION = [
  'Rehearses, drills and carries out the restore of a StemeDB from its backups, and proves what came back.',
  '',
  'Exit codes: 0 passed; 1 ran and did not pass; 2 bad usage or input, nothing was started; 3 refused; 4 inconclusive; ' +
    '5 the machine lacks something; 6 waits for a person; 70 a defect of the drill; 129, 130, 143 signals.',
].join('\n')

/**
 * Runs the command line and gives its exit code. Help and version go to stdout and give 0; every other complaint of the parser is
 * a usage error (2).
 */
export async function runProgram(
  args: readonly string[],
  context: CliContext,
  commands: readonly Register[],
): Promise<number> {
  let exitCode = 0
  const program = new Command('drill')
    .description(DESCRIPTION)
    .version(context.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .showSuggestionAfterError(true)
    .configureHelp({ helpWidth: 100 })
    .configureOutput({
      writeOut: (text) => context.terminal.out(text),
      writeErr: (text) => context.terminal.err(text),
      // Said once, by `printError`.
      outputError: () => {},
    })
    .exitOverride()
  for (const register of commands) {
    register(program, context, (code) => {
      exitCode = code
    })
  }
  try {
    if (args.length === 0) {
      context.terminal.err(program.helpInformation())
      return 2
    }
    await program.parseAsync([...args], { from: 'user' })
    return exitCode
  } catch (thrown) {
    if (thrown instanceof CommanderError) return afterParser(thrown, context)
    return printError(context.terminal, thrown)
  }
}

function afterParser(thrown: CommanderError, context: CliContext): number {
  if (thrown.exitCode === 0) return 0
  // A command group without its subcommand: its help was shown on stderr.
  if (thrown.code === 'commander.help') return 2
  const message = thrown.message.replace(/^error: /, '').replace(/\n/g, ' ')
  return printError(context.terminal, new OperatingError('usage-invalid', message))
}
