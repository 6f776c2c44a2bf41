import { resolve } from 'node:path'
import { asyncRuntime, environment, exitOf, OperatingError, unwrap } from '@dr-drill/runbook-core'
import { STEMEDB_PATHS } from '@dr-drill/runbook-core/stemedb'
import { isBucketName } from '@dr-drill/simulator'
import { type S3Server, startS3Server, startStemedbServer } from '@dr-drill/simulator/server'
import type { Command } from 'commander'
import { visible, visibleLines } from '../../ports/log.ts'
import type { CliContext } from '../context.ts'
import { collect, flag, wholeNumber } from '../flags.ts'
import type { Register } from '../program.ts'
import { makeServerDirectories } from '../serve/directories.ts'
import { s3Credentials } from '../serve/s3-credentials.ts'
import { serveUntilStopped } from '../serve/until-stopped.ts'

const READY = 'Prints one JSON line {"url","pid"} on stdout when it is ready, and runs until it is stopped.'

interface Options {
  readonly data: string
  readonly host: string
  readonly port: string
  readonly accessKey?: string
  readonly secretKey?: string
  readonly bucket?: readonly string[]
  readonly historyShiftMs: string
}

/** `drill serve`: the embedded servers alone. */
export const registerServe: Register = (program, context, finish) => {
  const serve = program
    .command('serve')
    .summary('the embedded servers alone: S3 and StemeDB')
    .description('Runs one of the embedded servers in the foreground.')
    .addHelpText('after', '\nExample:\n  ./drill serve s3 --data /tmp/s3 --port 9000')
  shared(serve.command('s3'), 'its objects (made if absent)')
    .summary('an S3 service over a directory of plain files')
    .description(`Serves S3 (path style, SigV4) over a directory; objects are plain files in it. ${READY}`)
    .addOption(
      flag('--access-key <KEY>', 'access key (default on loopback: drill)').env('DRILL_S3_ACCESS_KEY'),
    )
    .addOption(
      flag('--secret-key <SECRET>', 'its secret, for a person at a keyboard; programs set the variable').env(
        'DRILL_S3_SECRET_KEY',
      ),
    )
    .addOption(
      flag('--bucket <NAME>', 'bucket to make if it is not there; may be repeated').argParser(collect),
    )
    .addHelpText(
      'after',
      '\nExample:\n  ./drill serve s3 --data /tmp/s3 --port 9000 --bucket stemedb-backups-prod',
    )
    .action(async (options: Options) => finish(await serveS3(options, context)))
  shared(serve.command('stemedb'), 'its data, as / of a host: var/lib/stemedb is made below it')
    .summary('a StemeDB stand-in over a directory')
    .description(`Serves the StemeDB stand-in; its log goes to stderr. ${READY}`)
    .addHelpText('after', '\nExample:\n  ./drill serve stemedb --data /tmp/stemedb --port 18180')
    .action(async (options: Options) => finish(await serveStemedb(options, context)))
}

function shared(command: Command, data: string): Command {
  return command
    .addOption(flag('--data <DIR>', `directory of ${data}`).makeOptionMandatory())
    .addOption(flag('--host <ADDRESS>', 'address to listen on').default('127.0.0.1'))
    .addOption(flag('--port <PORT>', 'port to listen on; 0 takes any free one').default('0'))
    .addOption(flag('--history-shift-ms <MS>', 'distance of history time from the wall clock').default('0'))
}

const shiftOf = (options: Options): number => {
  const shift = Number(options.historyShiftMs)
  if (Number.isSafeInteger(shift)) return shift
  throw new OperatingError('usage-invalid', '--history-shift-ms wants a whole number of milliseconds')
}

async function serveS3(options: Options, context: CliContext): Promise<number> {
  const port = wholeNumber('--port', options.port, 0, 65_535)
  const shift = shiftOf(options)
  const credentials = s3Credentials(options, context.variables, options.host)
  const buckets = options.bucket ?? []
  const wrong = buckets.find((bucket) => !isBucketName(bucket))
  if (wrong !== undefined)
    throw new OperatingError('usage-invalid', `${wrong} is no bucket name`, { subject: wrong })
  const adminToken = context.variables.DRILL_S3_ADMIN_TOKEN
  const server = await startS3Server({
    dataDirectory: resolve(context.directory, options.data),
    host: options.host,
    port,
    credentials,
    historyClock: () => Date.now() + shift,
    ...(adminToken ? { adminToken } : {}),
    onFailure: (failure) => context.terminal.err(`drill: S3 request failed: ${visible(String(failure))}\n`),
  })
  for (const bucket of buckets) await ensureBucket(server, bucket)
  return await serveUntilStopped(server, context)
}

async function ensureBucket(server: S3Server, bucket: string): Promise<void> {
  unwrap(await exitOf(asyncRuntime().start(server.service.ensureBucket(bucket, 'enabled'), environment({}))))
}

async function serveStemedb(options: Options, context: CliContext): Promise<number> {
  const root = resolve(context.directory, options.data)
  makeServerDirectories(root, [STEMEDB_PATHS.wal, STEMEDB_PATHS.db])
  const server = await startStemedbServer(
    {
      RUST_LOG: context.variables.RUST_LOG,
      STEMEDB_ADMIN_TOKEN: context.variables.STEMEDB_ADMIN_TOKEN,
      STEMEDB_ADMIN_TOKEN_FILE: context.variables.STEMEDB_ADMIN_TOKEN_FILE,
      STEMEDB_BEGIN_HISTORY: context.variables.STEMEDB_BEGIN_HISTORY,
      STEMEDB_SEGMENT_BYTES: context.variables.STEMEDB_SEGMENT_BYTES,
      DRILL_ROOT: root,
      DRILL_HISTORY_SHIFT_MS: String(shiftOf(options)),
      STEMEDB_BIND_ADDR: `${options.host.includes(':') ? `[${options.host}]` : options.host}:${wholeNumber('--port', options.port, 0, 65_535)}`,
    },
    (line) => context.terminal.err(`${visibleLines(line)}\n`),
  )
  return await serveUntilStopped(server, context)
}
