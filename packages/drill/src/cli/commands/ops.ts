import type { Task } from '@dr-drill/runbook-core'
import { archiveWal, backup, STEMEDB_ENDPOINT, verifyBackup } from '@dr-drill/runbook-core/stemedb'
import { nativeChecksums } from '@dr-drill/simulator/server'
import type { Command } from 'commander'
import { visibleLines } from '../../ports/log.ts'
import type { CliContext } from '../context.ts'
import { type Format, flag, formatFlag } from '../flags.ts'
import { opsDocument } from '../ops/ops-document.ts'
import {
  KEY_REF,
  type OpsOptions,
  type OpsSettings,
  type OpsWorld,
  opsWorld,
  STORE,
} from '../ops/ops-world.ts'
import { makeScratch } from '../ops/scratch.ts'
import type { Register } from '../program.ts'
import { runTask } from '../run-task.ts'
import { readTrustKey } from '../trust-key.ts'

/** How long one request to the engine may take: a checkpoint of everything is one request. */
const ENGINE_TIMEOUT_MS = 10 * 60_000

type Options = OpsOptions & { readonly format: Format }

/** What an operation found or wrote, and the exit code that follows. */
interface Outcome {
  readonly exitCode: number
  readonly output: object
  readonly text: string
}

/** `drill ops`: what the timers run. */
export const registerOps: Register = (program, context, finish) => {
  const ops = program
    .command('ops')
    .summary('backup, WAL archival and verification: what the timers run')
    .description('The operations that timers run on a StemeDB host.')
    .addHelpText('after', '\nExample:\n  ./drill ops backup --store s3://stemedb-backups-prod')
  const add = (
    name: string,
    summary: string,
    run: (world: OpsWorld, options: Options) => Task<Outcome>,
  ): void => {
    shared(ops.command(name).summary(lowered(summary)).description(summary), name).action(
      async (options: Options) => {
        finish(await perform(name, run, options, context))
      },
    )
  }
  add('backup', 'Writes a full backup of the running engine; its signed manifest comes last.', runBackup)
  add(
    'archive-wal',
    'Closes the open WAL segment and archives every closed one, each written once.',
    runArchive,
  )
  add(
    'verify-backup',
    'Reads all backups and the whole archive back; exit 1 when anything is wrong.',
    runVerify,
  )
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

const lowered = (sentence: string): string => `${sentence.charAt(0).toLowerCase()}${sentence.slice(1, -1)}`

function shared(command: Command, name: string): Command {
  return command
    .addOption(flag('--store <URL>', 's3://BUCKET[/PREFIX] of backups and archive').makeOptionMandatory())
    .addOption(flag('--endpoint <URL>', "S3 endpoint; without it AWS's own of the region"))
    .addOption(flag('--region <REGION>', 'region of the bucket (default: us-east-1)'))
    .addOption(flag('--root <DIR>', 'directory that / means on this host').default('/'))
    .addOption(flag('--engine-url <URL>', 'where the engine listens (default: from STEMEDB_BIND_ADDR)'))
    .addOption(flag('--engine-version <VERSION>', 'version of the engine, for the manifest').default('0.1.0'))
    .addOption(flag('--signing-key <FILE>', 'Ed25519 seed as 64 hex digits; without it nothing is signed'))
    .addOption(flag('--trust-key <FILE>', 'public key that signatures are checked with'))
    .addOption(flag('--patience-s <SECONDS>', 'how long a silent store or engine is borne').default('300'))
    .addOption(flag('--history-shift-ms <MS>', 'distance of history time from the wall clock').default('0'))
    .addOption(formatFlag())
    .addHelpText(
      'after',
      `\nExample:\n  ./drill ops ${name} --store s3://stemedb-backups-prod --signing-key /etc/stemedb/signer.key`,
    )
}

async function perform(
  name: string,
  run: (world: OpsWorld, options: Options) => Task<Outcome>,
  options: Options,
  context: CliContext,
): Promise<number> {
  const world = opsWorld(options, context)
  try {
    const { exitCode, output, text } = await runTask(run(world, options), world.environment, context)
    context.terminal.out(
      options.format === 'json' ? `${opsDocument(name, output)}\n` : `${visibleLines(text)}\n`,
    )
    return exitCode
  } finally {
    world.close()
  }
}

const access = ({ settings }: { settings: OpsSettings }) => ({
  store: STORE,
  patienceMs: settings.patienceMs,
  scratchDirectory: settings.scratchDirectory,
})

const keys = (options: Options) => ({
  keyRef: options.signingKey === undefined ? null : KEY_REF,
  trustKey: options.trustKey === undefined ? null : readTrustKey(options.trustKey),
})

function* runBackup(world: OpsWorld, options: Options): Task<Outcome> {
  yield* makeScratch(world.settings.scratchDirectory)
  const output = yield* backup(nativeChecksums, {
    ...access(world),
    endpoint: STEMEDB_ENDPOINT,
    engineTimeoutMs: ENGINE_TIMEOUT_MS,
    walDirectory: world.settings.walDirectory,
    dbDirectory: world.settings.dbDirectory,
    engineVersion: options.engineVersion,
    keyRef: keys(options).keyRef,
  })
  const text = `backup ${output.name}: ${output.files} files, ${output.totalBytes} bytes, ${output.recordCount} records`
  return { exitCode: 0, output, text }
}

function* runArchive(world: OpsWorld, options: Options): Task<Outcome> {
  yield* makeScratch(world.settings.scratchDirectory)
  const output = yield* archiveWal(nativeChecksums, {
    ...access(world),
    ...keys(options),
    endpoint: STEMEDB_ENDPOINT,
    engineTimeoutMs: ENGINE_TIMEOUT_MS,
    walDirectory: world.settings.walDirectory,
  })
  const through =
    output.archivedThrough === null ? '' : `, archived through position ${output.archivedThrough}`
  return { exitCode: 0, output, text: `${counted(output.archived.length, 'segment')} archived${through}` }
}

function* runVerify(world: OpsWorld, options: Options): Task<Outcome> {
  yield* makeScratch(world.settings.scratchDirectory)
  const output = yield* verifyBackup(nativeChecksums, {
    ...access(world),
    trustKey: keys(options).trustKey,
    backupsMax: null,
  })
  const problems = output.problems.map(
    ({ severity, subject, problem, detail }) => `${severity}: ${subject}: ${problem}: ${detail}`,
  )
  const text = [
    ...problems,
    `${counted(output.verified.length, 'backup')} read back whole, ${counted(output.problems.length, 'problem')}`,
  ].join('\n')
  return { exitCode: output.ok ? 0 : 1, output, text }
}
