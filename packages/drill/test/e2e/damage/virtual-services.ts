import {
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
import { openEngine, StemedbApi, type StemedbEngine } from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'

const ENGINE = 'stemedb-api.service'
const TOKEN = 'token-of-a-virtual-host'
const CONFIGURATION_BYTES_MAX = 65_536

/** The service manager of a recovery host in virtual time: the engine and its operations are the code that real hosts run. */
export class VirtualServices {
  /** The host's ports as the service account and as the service manager has them; set once they stand. */
  environments: { readonly service: Environment; readonly manager: Environment } | null = null
  engine: StemedbEngine | null = null
  readonly #units = new Map<string, Unit>()
  readonly #enabled = new Set<string>()
  readonly #active = new Map<string, string>()
  #log: string[] = []
  #starts = 0

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
      runOnce: ({ name }) => this.runUnit(name),
      status: ({ names }) => names.map((name) => this.#status(name)),
      log: () => this.#log,
    }
  }

  /** The port Http: the engine's API, asked by a client of this host. */
  get http(): PortHandler<HttpContract> {
    return { ask: (request) => this.#request(request), tell: (request) => this.#request(request) }
  }

  /** What a timer runs when its time has come. */
  runUnit(name: string): Task<void> {
    return provide(this.#service, runOperation(name))
  }

  get #service(): Environment {
    return this.#host.service
  }

  get #host() {
    if (this.environments === null) throw new Error('the host has no ports yet')
    return this.environments
  }

  *#start(name: string): Task<void> {
    if (this.#active.has(name)) return
    this.#starts += 1
    if (name === ENGINE) {
      const beginHistory = yield* provide(this.#host.manager, readBeginHistory())
      this.engine = yield* provide(this.#service, this.#open(beginHistory))
    }
    this.#active.set(name, `invocation-${this.#starts}`)
  }

  *#open(beginHistory: string | null): Task<StemedbEngine> {
    this.#log = []
    const engine = yield* openEngine({
      walDirectory: STEMEDB_PATHS.wal,
      dbDirectory: STEMEDB_PATHS.db,
      checksums: nativeChecksums,
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
    yield* provide(this.#service, engine.close())
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
    if (this.engine === null) throw new OperatingError('connection-failed', 'nothing listens')
    const api = new StemedbApi(this.engine, 0, {
      instance: this.#active.get(ENGINE) ?? null,
      adminToken: TOKEN,
    })
    const answer = yield* provide(
      this.#service,
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
}

function* readBeginHistory(): Task<string | null> {
  const path = STEMEDB_PATHS.environmentFile
  const text = utf8Decode(yield* FileSystem.read({ path, offset: 0, length: CONFIGURATION_BYTES_MAX }))
  return /^STEMEDB_BEGIN_HISTORY=(\S+)$/m.exec(text)?.[1] ?? null
}

/** What the oneshot services of the timers run. */
function* runOperation(service: string): Task<void> {
  const access = {
    store: 'archive',
    endpoint: 'stemedb-api',
    scratchDirectory: STEMEDB_PATHS.backups,
    engineTimeoutMs: 60_000,
    patienceMs: 60_000,
  }
  const { wal: walDirectory, db: dbDirectory } = STEMEDB_PATHS
  const keyRef = 'backup-signer'
  if (service === 'stemedb-backup.service') {
    yield* backup(nativeChecksums, { ...access, walDirectory, dbDirectory, engineVersion: '0.1.0', keyRef })
  } else if (service === 'stemedb-archive-wal.service') {
    yield* archiveWal(nativeChecksums, { ...access, walDirectory, keyRef, trustKey: null })
  } else {
    const { ok } = yield* verifyBackup(nativeChecksums, { ...access, trustKey: null, backupsMax: 1 })
    if (!ok) throw new OperatingError('service-failed', 'the verification found problems')
  }
}
