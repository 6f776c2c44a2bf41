import {
  type Checksums,
  type Environment,
  FileSystem,
  type HttpContract,
  type HttpRequest,
  type HttpResponse,
  OperatingError,
  type PortHandler,
  provide,
  type ServiceStatus,
  type ServicesContract,
  type Task,
  type Unit,
  utf8Decode,
  utf8Encode,
} from '@dr-drill/runbook-core'
import { archiveWal, backup, STEMEDB_PATHS, verifyBackup } from '@dr-drill/runbook-core/stemedb'
import { openEngine, StemedbApi, type StemedbEngine } from '../stemedb/index.ts'

const ENGINE = 'stemedb-api.service'
const TOKEN = 'token-of-a-simulated-host'
const CONFIGURATION_BYTES_MAX = 65_536
const OPERATION_PATIENCE_MS = 60_000

/** What a machine's service manager is made from. */
export interface ServiceManagerOptions {
  readonly checksums: Checksums
  readonly engineVersion: string
}

/** The ports of a machine as its manager and its service account have them. */
export interface ServiceEnvironments {
  readonly manager: Environment
  readonly service: Environment
}

/** The service manager of a simulated machine: the engine and its operations are the code that real hosts run. */
export class ServiceManager {
  /** Set once the machine's ports stand. */
  environments: ServiceEnvironments | null = null
  /** Null while the engine does not run. */
  engine: StemedbEngine | null = null
  readonly #options: ServiceManagerOptions
  readonly #units = new Map<string, Unit>()
  readonly #enabled = new Set<string>()
  readonly #active = new Map<string, string>()
  #api: StemedbApi | null = null
  #log: string[] = []
  #starts = 0

  constructor(options: ServiceManagerOptions) {
    this.#options = options
  }

  /** The port Services. */
  get handlers(): PortHandler<ServicesContract> {
    return {
      install: ({ units }) => {
        for (const unit of units) this.#units.set(unit.name, unit)
      },
      start: ({ name }) => this.#start(name),
      stop: ({ name }) => this.#stop(name),
      enable: ({ name }) => void this.#enabled.add(name),
      disable: ({ name }) => void this.#enabled.delete(name),
      runOnce: ({ name }) => provide(this.#environments.service, this.#runOperation(name)),
      status: ({ names }) => names.map((name) => this.#status(name)),
      log: () => this.#log,
    }
  }

  /** The port Http: the engine's API, asked by a client of this machine. */
  get http(): PortHandler<HttpContract> {
    return { ask: (request) => this.#request(request), tell: (request) => this.#request(request) }
  }

  get #environments(): ServiceEnvironments {
    if (this.environments === null) throw new Error('the machine has no ports yet')
    return this.environments
  }

  *#start(name: string): Task<void> {
    if (this.#active.has(name)) return
    this.#starts += 1
    const invocation = `invocation-${this.#starts}`
    if (name === ENGINE) {
      const beginHistory = yield* provide(this.#environments.manager, readBeginHistory())
      this.engine = yield* provide(this.#environments.service, this.#open(beginHistory))
      this.#api = new StemedbApi(this.engine, 0, { instance: invocation, adminToken: TOKEN })
    }
    this.#active.set(name, invocation)
  }

  *#open(beginHistory: string | null): Task<StemedbEngine> {
    this.#log = []
    const engine = yield* openEngine({
      walDirectory: STEMEDB_PATHS.wal,
      dbDirectory: STEMEDB_PATHS.db,
      checksums: this.#options.checksums,
      beginHistory,
      onLog: (_level, line) => this.#log.push(line),
    })
    this.#log.push('Startup complete, listening on 127.0.0.1:18180')
    return engine
  }

  *#stop(name: string): Task<void> {
    this.#active.delete(name)
    const { engine } = this
    if (name !== ENGINE || engine === null) return
    this.engine = null
    this.#api = null
    yield* provide(this.#environments.service, engine.close())
  }

  #status(name: string): ServiceStatus {
    const invocation = this.#active.get(name) ?? null
    return {
      name,
      installed: this.#units.has(name),
      enabled: this.#enabled.has(name),
      state: invocation === null ? 'inactive' : 'active',
      invocation,
      lastExitCode: null,
      nextElapseAt: name.endsWith('.timer') && invocation !== null ? 1 : null,
      lastRunAt: null,
    }
  }

  *#request({ method, path, body }: HttpRequest): Task<HttpResponse> {
    const api = this.#api
    if (api === null) throw new OperatingError('connection-failed', 'nothing listens')
    const answer = yield* provide(
      this.#environments.service,
      api.handle({
        method,
        path,
        body: utf8Encode(JSON.stringify(body ?? null)),
        fromLoopback: true,
        authorization: `Bearer ${TOKEN}`,
      }),
    )
    return { status: answer.status, contentType: answer.contentType, text: answer.body }
  }

  /** What the oneshot services of the timers run. */
  *#runOperation(service: string): Task<void> {
    const { checksums, engineVersion } = this.#options
    const access = {
      store: 'archive',
      endpoint: 'stemedb-api',
      scratchDirectory: STEMEDB_PATHS.backups,
      engineTimeoutMs: OPERATION_PATIENCE_MS,
      patienceMs: OPERATION_PATIENCE_MS,
    }
    const { wal: walDirectory, db: dbDirectory } = STEMEDB_PATHS
    const keyRef = 'backup-signer'
    if (service === 'stemedb-backup.service') {
      yield* backup(checksums, { ...access, walDirectory, dbDirectory, engineVersion, keyRef })
    } else if (service === 'stemedb-archive-wal.service') {
      yield* archiveWal(checksums, { ...access, walDirectory, keyRef, trustKey: null })
    } else {
      const { ok } = yield* verifyBackup(checksums, { ...access, trustKey: null, backupsMax: 1 })
      if (!ok) throw new OperatingError('service-failed', 'the verification found problems')
    }
  }
}

function* readBeginHistory(): Task<string | null> {
  const path = STEMEDB_PATHS.environmentFile
  const text = utf8Decode(yield* FileSystem.read({ path, offset: 0, length: CONFIGURATION_BYTES_MAX }))
  return /^STEMEDB_BEGIN_HISTORY=(\S+)$/m.exec(text)?.[1] ?? null
}
