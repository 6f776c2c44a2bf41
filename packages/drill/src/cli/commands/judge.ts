import { mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import {
  type Judgement,
  OperatingError,
  parseInstant,
  plainJudgement,
  prettyJudgement,
} from '@dr-drill/runbook-core'
import { judgeApart } from '../../workers/judge-apart.ts'
import type { CliContext } from '../context.ts'
import { type Format, flag } from '../flags.ts'
import { signalExitCode } from '../interrupts.ts'
import type { Register } from '../program.ts'

interface Options {
  readonly ledger: string
  readonly readback: string
  readonly failureAt?: string
  readonly workDir?: string
  readonly format: Format
}

/**
 * `drill judge`: the oracle alone, on two files. 0: nothing altered, duplicated or unexpected, and the lost records form the tail; 1
 * otherwise; 4 with a sample or a side cut short; 2 when a file cannot be read.
 */
export const registerJudge: Register = (program, context, finish) => {
  program
    .command('judge')
    .summary('compare what was written with what came back, on two files')
    .description(
      'Compares a ledger (every write as its writer saw it) with a readback (every record of the restored database) and says what ' +
        'was recovered, lost, altered, duplicated or unexpected. Runs nothing and asks no server. docs/oracle.md has both formats.',
    )
    .addOption(
      flag(
        '--ledger <FILE>',
        'JSON Lines: a line per write submitted, acknowledged or failed',
      ).makeOptionMandatory(),
    )
    .addOption(
      flag('--readback <FILE>', 'JSON Lines: key and digest of each restored record').makeOptionMandatory(),
    )
    .addOption(flag('--failure-at <T>', "time of the failure, RFC 3339 UTC (default: the ledger's own)"))
    .addOption(
      flag(
        '--work-dir <DIR>',
        'where to sort what is not in key order (default: the system’s temporary directory)',
      ),
    )
    .addOption(
      flag('--format <FORMAT>', 'json for programs, pretty for people, plain without symbols and colour')
        .choices(['pretty', 'plain', 'json'])
        .default('json'),
    )
    .addHelpText(
      'after',
      '\nExample:\n  ./drill judge --ledger W/ledger.jsonl --readback readback.jsonl --failure-at 2026-02-11T19:02:11Z',
    )
    .action(async (options: Options) => {
      finish(await judge(options, context))
    })
}

async function judge(options: Options, context: CliContext): Promise<number> {
  const failureAt = options.failureAt === undefined ? null : instantOf(options.failureAt)
  const ledger = inputPath(context, options.ledger)
  const readback = inputPath(context, options.readback)
  const workPath = makeWorkDirectory(context, options.workDir)
  const stop = new AbortController()
  const forget = context.interrupts.onInterrupt(() => stop.abort())
  try {
    const { judgement, exitCode } = await judgeApart({ ledger, readback, workPath, failureAt }, stop.signal)
    context.terminal.out(shown(judgement, options.format, context))
    return exitCode
  } catch (thrown) {
    const { received } = context.interrupts
    if (received !== null) return signalExitCode(received)
    throw asUnreadable(thrown, [ledger, readback])
  } finally {
    forget()
    rmSync(workPath, { recursive: true, force: true })
  }
}

function shown(judgement: Judgement, format: Format, { terminal }: CliContext): string {
  if (format === 'json') return `${JSON.stringify(judgement, null, 2)}\n`
  return format === 'plain'
    ? plainJudgement(judgement, terminal.columns)
    : prettyJudgement(judgement, { width: terminal.columns, colour: terminal.colour })
}

function instantOf(text: string): number {
  const instant = parseInstant(text)
  if (instant !== null) return instant
  throw new OperatingError(
    'usage-invalid',
    `--failure-at wants a time such as 2026-02-11T19:02:11Z, not ${text}`,
    {
      subject: '--failure-at',
    },
  )
}

/** The file that a name means; symlinks that a person names are followed here, for the port follows none. */
function inputPath(context: CliContext, name: string): string {
  const path = resolve(context.directory, name)
  try {
    if (!statSync(path).isFile())
      throw new OperatingError('input-unreadable', 'it is not a regular file', { subject: path })
    return realpathSync(path)
  } catch (cause) {
    if (cause instanceof OperatingError) throw cause
    throw new OperatingError('input-unreadable', 'the file cannot be opened', { subject: path, cause })
  }
}

function makeWorkDirectory(context: CliContext, name: string | undefined): string {
  const parent = name === undefined ? tmpdir() : resolve(context.directory, name)
  try {
    return mkdtempSync(`${realpathSync(parent)}/drill-judge-`)
  } catch (cause) {
    throw new OperatingError('environment-lacking', 'no directory to sort in can be made', {
      subject: parent,
      cause,
      hint: 'Name a writable directory with room for both files: --work-dir DIR.',
    })
  }
}

/** An input that cannot be read is bad input, whatever the file system calls it. */
function asUnreadable(thrown: unknown, inputs: readonly string[]): unknown {
  if (!(thrown instanceof OperatingError) || thrown.exitCode === 2) return thrown
  const subject = thrown.subject ?? ''
  if (!inputs.includes(subject)) return thrown
  return new OperatingError('input-unreadable', thrown.message, { subject, cause: thrown })
}
