import {
  type Checksums,
  Clock,
  type HttpRequest,
  type HttpResponse,
  OperatingError,
  sleep,
  type Task,
  utf8Encode,
} from '@dr-drill/runbook-core'
import {
  archiveWal,
  backup,
  STEMEDB_ENDPOINT,
  STEMEDB_PATHS,
  verifyBackup,
} from '@dr-drill/runbook-core/stemedb'
import { ROOT } from '../disk/index.ts'
import { AnswerAtHand, openEngine, StemedbApi, type StemedbEngine } from '../stemedb/index.ts'
import type { ProcessHost, Program, Programs } from './program.ts'

const TOKEN = 'token-of-a-simulated-host'
/** One for all worlds, so that engines that recover the same share what they build. */
const HASH_SEED = 0x5bd1_e995
const OPERATION_PATIENCE_MS = 60_000

/** What StemeDB's programs are built from. */
export interface StemedbProgramsOptions {
  readonly checksums: Checksums
  readonly engineVersion: string
  /** Name of the signing key in the machine's Signer, and of the store that is archived to. */
  readonly keyRef: string
  readonly store: string
  /** How long recovery takes that reads so many bytes of checkpoint and log, ms. */
  readonly startUpMs: (checkpointBytes: number, logBytes: number) => number
  /** Whether these bytes are the engine's program; default: it is not looked for on the disk. */
  readonly isProgram?: (bytes: Uint8Array) => boolean
  /** Told of each engine once its recovery has ended: for who must know what it holds without asking it as a client. */
  readonly onEngine?: (engine: StemedbEngine) => void
}

/** The engine and its operations: the code that real hosts run. */
export function stemedbPrograms(options: StemedbProgramsOptions): Programs {
  return (service) => {
    switch (service) {
      case 'stemedb-api.service':
        return engineProgram(options)
      case 'stemedb-backup.service':
      case 'stemedb-archive-wal.service':
      case 'stemedb-verify-backup.service':
        return { run: () => runOperation(service, options) }
      default:
        return null
    }
  }
}

/** The server: recovery takes its time, then it listens. It ends itself when its disk has failed it. */
function engineProgram({ checksums, startUpMs, onEngine, isProgram }: StemedbProgramsOptions): Program {
  let engine: StemedbEngine | null = null
  return {
    ...(isProgram === undefined ? {} : { problem: problemOf(isProgram) }),
    *run(host) {
      const walDirectory = configured(host, 'STEMEDB_WAL_DIR') ?? STEMEDB_PATHS.wal
      const dbDirectory = configured(host, 'STEMEDB_DB_DIR') ?? STEMEDB_PATHS.db
      const beginHistory = configured(host, 'STEMEDB_BEGIN_HISTORY')
      const onLog = (_level: string, line: string) => host.say(line)
      const ms = startUpMs(host.disk.bytesBelow(dbDirectory), host.disk.bytesBelow(walDirectory))
      const hashSeed = HASH_SEED
      const opened = yield* openEngine({
        walDirectory,
        dbDirectory,
        checksums,
        beginHistory,
        hashSeed,
        onLog,
      })
      engine = opened
      onEngine?.(opened)
      if (ms > 0) yield* sleep(ms)
      const startedAt = yield* Clock.drillNow({})
      const api = new StemedbApi(opened, startedAt, { instance: host.invocation, adminToken: TOKEN })
      host.listen(STEMEDB_ENDPOINT, (request) => answer(host, opened, api, request))
      host.say('Startup complete, listening on 127.0.0.1:18180')
    },
    *close() {
      if (engine !== null && engine.failure === null) yield* engine.close()
    },
  }
}

const configured = ({ configuration }: ProcessHost, name: string): string | null =>
  new RegExp(`^${name}=(\\S+)$`, 'm').exec(configuration)?.[1] ?? null

/** A manager executes what lies at the unit's path, as the unit's user, or cannot. */
const problemOf =
  (isProgram: (bytes: Uint8Array) => boolean): NonNullable<Program['problem']> =>
  ({ argv: [path = ''], user, group }, disk) => {
    const files = disk.handlers(ROOT)
    const stat = files.stat({ path })
    if (stat?.type !== 'file') return `${path}: no such program (203/EXEC)`
    const bit = stat.owner === user ? 0o100 : stat.group === group ? 0o010 : 0o001
    if ((stat.mode & bit) === 0) return `${path}: ${user} may not execute it (203/EXEC)`
    return isProgram(disk.pristine(path)) ? null : `${path}: it is not the program (exec format error)`
  }

function* answer(
  host: ProcessHost,
  engine: StemedbEngine,
  api: StemedbApi,
  { method, path, body }: HttpRequest,
): Task<HttpResponse> {
  const answered = yield* api.handle({
    method,
    path,
    body: utf8Encode(JSON.stringify(body ?? null)),
    fromLoopback: true,
    authorization: `Bearer ${TOKEN}`,
  })
  // Fail-stop: after an error of the disk only a new recovery knows what is on it.
  if (engine.failure !== null) host.exit(1)
  if (engine.checksums.memory !== undefined) return new AnswerAtHand(answered)
  const { status, contentType, body: text } = answered
  return { status, contentType, text }
}

/** What the oneshot services of the timers run. */
function* runOperation(service: string, options: StemedbProgramsOptions): Task<void> {
  const { checksums, engineVersion, keyRef, store } = options
  const access = {
    store,
    endpoint: STEMEDB_ENDPOINT,
    scratchDirectory: STEMEDB_PATHS.backups,
    engineTimeoutMs: OPERATION_PATIENCE_MS,
    patienceMs: OPERATION_PATIENCE_MS,
  }
  const { wal: walDirectory, db: dbDirectory } = STEMEDB_PATHS
  if (service === 'stemedb-backup.service') {
    yield* backup(checksums, { ...access, walDirectory, dbDirectory, engineVersion, keyRef })
  } else if (service === 'stemedb-archive-wal.service') {
    yield* archiveWal(checksums, { ...access, walDirectory, keyRef, trustKey: null })
  } else {
    const { ok } = yield* verifyBackup(checksums, { ...access, trustKey: null, backupsMax: 1 })
    if (!ok) throw new OperatingError('service-failed', 'the verification found problems')
  }
}
