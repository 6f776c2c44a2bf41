import { isAbsolute } from 'node:path'
import { type Environment, environment, OperatingError } from '@dr-drill/runbook-core'
import { STEMEDB_ENDPOINT, STEMEDB_PATHS } from '@dr-drill/runbook-core/stemedb'
import { nodeFileSystem } from '@dr-drill/simulator/server'
import { realClock } from '../../ports/clock.ts'
import { realHttp } from '../../ports/http.ts'
import { logLine, logTo } from '../../ports/log.ts'
import { objectStores, storeLocation } from '../../ports/object-store/index.ts'
import { systemRandom } from '../../ports/random.ts'
import { fileSigner } from '../../ports/signer.ts'
import type { CliContext } from '../context.ts'
import { wholeNumber } from '../flags.ts'

/** Names by which the operations know their store and key. */
export const STORE = 'archive'
export const KEY_REF = 'backup-signer'

/** What the flags of the operations say. */
export interface OpsOptions {
  readonly store: string
  readonly endpoint?: string
  readonly region?: string
  readonly root: string
  readonly engineUrl?: string
  readonly engineVersion: string
  readonly signingKey?: string
  readonly trustKey?: string
  readonly patienceS: string
  readonly historyShiftMs: string
}

/** Directories and patience that the operations share. */
export interface OpsSettings {
  readonly walDirectory: string
  readonly dbDirectory: string
  readonly scratchDirectory: string
  readonly patienceMs: number
}

/** The host that a timer's operation runs on: its files, its engine, its bucket. */
export interface OpsWorld {
  readonly environment: Environment
  readonly settings: OpsSettings
  close(): void
}

/** Builds the ports of an operation. Secrets come from the environment and from files that it names. */
export function opsWorld(options: OpsOptions, context: CliContext): OpsWorld {
  if (!isAbsolute(options.root)) {
    throw new OperatingError('usage-invalid', `--root wants an absolute path, not ${options.root}`)
  }
  const { variables } = context
  const files = nodeFileSystem({ root: options.root })
  const stores = objectStores({
    locations: {
      [STORE]: storeLocation(options.store, {
        endpoint: options.endpoint ?? null,
        region: options.region ?? null,
      }),
    },
    files,
    variables,
  })
  const shift = Number(options.historyShiftMs)
  if (!Number.isSafeInteger(shift)) {
    throw new OperatingError('usage-invalid', '--history-shift-ms wants a whole number of milliseconds')
  }
  const url = options.engineUrl ?? engineUrl(variables.STEMEDB_BIND_ADDR)
  return {
    environment: environment({
      Clock: realClock({ historyShiftMs: shift }),
      Random: systemRandom(),
      Log: logTo((entry) => context.terminal.err(`${entry.level}: ${logLine(entry)}\n`)),
      FileSystem: files,
      ObjectStore: stores.handlers,
      Http: realHttp((name) =>
        name === STEMEDB_ENDPOINT ? { url, token: variables.STEMEDB_ADMIN_TOKEN || null } : null,
      ),
      Signer: fileSigner(options.signingKey === undefined ? {} : { [KEY_REF]: options.signingKey }),
    }),
    settings: {
      walDirectory: variables.STEMEDB_WAL_DIR || STEMEDB_PATHS.wal,
      dbDirectory: variables.STEMEDB_DB_DIR || STEMEDB_PATHS.db,
      scratchDirectory: STEMEDB_PATHS.backups,
      patienceMs: wholeNumber('--patience-s', options.patienceS, 1, 86_400) * 1_000,
    },
    close() {
      files.close()
      stores.close()
    },
  }
}

/** The engine of this host listens where its environment file says; all addresses include loopback. */
function engineUrl(bindAddress: string | undefined): string {
  const address = bindAddress || '0.0.0.0:18180'
  return `http://${address.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:')}`
}
