import {
  type Call,
  type Environment,
  type Exit,
  environment,
  type HttpRequest,
  type HttpResponse,
  hexEncode,
  intercept,
  type Middleware,
  type ObjectStoreContract,
  OperatingError,
  type PortHandler,
  provide,
  Runtime,
  type Task,
  utf8Encode,
} from '@dr-drill/runbook-core'
import {
  type ArchiveWalInput,
  type Assertion,
  archiveWal,
  type BackupInput,
  backup,
  STEMEDB_PATHS,
  type VerifyBackupInput,
  verifyBackup,
} from '@dr-drill/runbook-core/stemedb'
import {
  clockHandlers,
  Kernel,
  openEngine,
  type PowerLossStyle,
  type QueryPage,
  RandomStream,
  randomHandlers,
  SimulatedDisk,
  StemedbApi,
  type StemedbEngine,
} from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { MemoryStore } from './memory-store.ts'

export const checksums = nativeChecksums
const SECRET = new Uint8Array(32).fill(42)
export const TRUST_KEY = hexEncode(checksums.ed25519PublicKey(SECRET))

/** 2026-02-11T00:05Z, and some milliseconds, so that none of a backup's name is in it by chance. */
const EPOCH_MS = Date.UTC(2026, 1, 11, 0, 5, 0, 321)

const access = {
  store: 'archive',
  endpoint: 'stemedb-api',
  scratchDirectory: STEMEDB_PATHS.backups,
  engineTimeoutMs: 60_000,
  patienceMs: 5_000,
}
export const BACKUP: BackupInput = {
  ...access,
  walDirectory: STEMEDB_PATHS.wal,
  dbDirectory: STEMEDB_PATHS.db,
  engineVersion: '1.4.0',
  keyRef: 'signing-key',
}
export const ARCHIVE: ArchiveWalInput = {
  ...access,
  walDirectory: STEMEDB_PATHS.wal,
  keyRef: 'signing-key',
  trustKey: TRUST_KEY,
}
export const VERIFY: VerifyBackupInput = { ...access, trustKey: TRUST_KEY, backupsMax: null }

/** Signs with the one key of these tests; `other` names a key that nobody trusts. */
function signWith(input: { readonly keyRef: string; readonly bytes: Uint8Array }) {
  const secret = input.keyRef === 'other' ? new Uint8Array(32).fill(66) : SECRET
  return {
    signature: checksums.ed25519Sign(secret, input.bytes),
    publicKey: checksums.ed25519PublicKey(secret),
  }
}

/** Where a run is to die: at the n-th call, before it or after it took effect. */
export interface Death {
  readonly call: number
  readonly when: 'before' | 'after'
}

/** A production host: disk, engine, clock, and the bucket it backs up to. Everything runs in virtual time. */
export class Production {
  readonly disk: SimulatedDisk
  readonly store: MemoryStore
  readonly kernel = new Kernel()
  readonly random: RandomStream
  readonly environment: Environment
  /** The host whose engine answers at the endpoint. */
  answering: Production = this
  engine: StemedbEngine | null = null
  /** Calls that the last run made. */
  calls = 0
  /** Those of them that may change something, by ordinal. */
  effects: number[] = []

  constructor(
    options: {
      readonly disk?: SimulatedDisk
      readonly store?: MemoryStore
      /** Serves the object store instead of `store`. */
      readonly objectStore?: PortHandler<ObjectStoreContract>
      readonly seed?: number
      readonly middleware?: (production: Production) => Middleware
      /** Time that has passed since the world's beginning. */
      readonly elapsedMs?: number
    } = {},
  ) {
    this.disk = options.disk ?? freshDisk()
    this.store = options.store ?? new MemoryStore()
    this.random = RandomStream.fromSeed(options.seed ?? 1)
    const clock = clockHandlers(this.kernel, { epochMs: EPOCH_MS + (options.elapsedMs ?? 0) })
    const below = environment({
      FileSystem: this.disk.handlers() as never,
      ObjectStore: (options.objectStore ?? this.store.handlers(this.disk)) as never,
      Clock: clock as never,
      Random: randomHandlers(this.random) as never,
      Signer: { sign: signWith as never },
      Http: {
        ask: ((request: HttpRequest) => this.#api(request)) as never,
        tell: ((request: HttpRequest) => this.#api(request)) as never,
      },
      Log: { write: () => undefined },
    })
    this.environment = options.middleware === undefined ? below : intercept(below, options.middleware(this))
  }

  *#api({ method, path, body }: HttpRequest): Task<HttpResponse> {
    const { engine, environment: own } = this.answering
    if (engine === null) throw new OperatingError('connection-failed', 'nothing listens')
    const api = new StemedbApi(engine, 0, { instance: null, adminToken: 'token' })
    const request = {
      method,
      path,
      body: utf8Encode(JSON.stringify(body ?? null)),
      fromLoopback: true,
      authorization: 'Bearer token',
    }
    const response = yield* provide(own, api.handle(request))
    return { status: response.status, contentType: response.contentType, text: response.body }
  }

  /**
   * Every death that leaves a state of its own, after a rehearsal: before each effect, and after the last. Calls that only read change
   * nothing, so dying at one is dying at the next effect.
   */
  *deaths(): Generator<Death> {
    for (const call of this.effects) yield { call, when: 'before' }
    yield { call: this.effects.at(-1)!, when: 'after' }
  }

  /** Runs a task to its end in virtual time; null when it died on the way. */
  run<A>(task: Task<A>, death: Death | null = null): Exit<A> | null {
    this.calls = 0
    this.effects = []
    const at = (when: Death['when']) => (call: Call<unknown>) => {
      if (when === 'before') {
        this.calls += 1
        if (call.access !== 'read') this.effects.push(this.calls)
      }
      if (death?.when === when && death.call === this.calls) runtime.crash()
    }
    const hooks = { beforeCall: at('before'), afterCall: at('after') }
    const runtime: Runtime = new Runtime({ adoptsPromises: false, hooks })
    const fiber = runtime.start(task, this.environment)
    runtime.pump()
    while (fiber.done.exit === null && !runtime.crashed) {
      if (!this.kernel.advance()) throw new Error('every fiber waits and nothing is scheduled')
      runtime.pump()
    }
    const { exit } = fiber.done
    return exit?.kind === 'success' ? exit.value : null
  }

  /** The value of a task that has to succeed. */
  must<A>(task: Task<A>): A {
    const exit = this.run(task)
    if (exit?.kind === 'failure') throw exit.error
    if (exit?.kind !== 'success') throw new Error('it did not end')
    return exit.value
  }

  /** The operating error of a task that has to fail. */
  failureOf(task: Task<unknown>): OperatingError {
    const exit = this.run(task)
    if (exit?.kind !== 'failure' || !(exit.error instanceof OperatingError))
      throw new Error('it did not fail')
    return exit.error
  }

  /** Starts the engine (again), by recovery. */
  start(options: { readonly beginHistory?: string; readonly segmentSizeBytes?: number } = {}): StemedbEngine {
    this.engine = this.must(
      openEngine({
        walDirectory: STEMEDB_PATHS.wal,
        dbDirectory: STEMEDB_PATHS.db,
        checksums,
        segmentSizeBytes: 1536,
        ...options,
      }),
    )
    return this.engine
  }

  /** Asserts numbers `from` to `to`; all are acknowledged when it returns. */
  write(from: number, to: number): void {
    for (let n = from; n <= to; n += 1) this.must(this.engine!.assert(assertion(n)))
  }

  /** The host loses power: the engine is gone, and so is what was not synced. */
  losePower(style: PowerLossStyle): void {
    this.engine = null
    this.disk.powerLoss(this.random, style)
  }

  backup(input: Partial<BackupInput> = {}) {
    return backup(checksums, { ...BACKUP, ...input })
  }

  archive(input: Partial<ArchiveWalInput> = {}) {
    return archiveWal(checksums, { ...ARCHIVE, ...input })
  }

  verify(input: Partial<VerifyBackupInput> = {}) {
    return this.must(verifyBackup(checksums, { ...VERIFY, ...input }))
  }

  /** Keys of everything in the database, by position. */
  contents(): string[] {
    const keys: string[] = []
    for (let cursor: number | null = null; ; ) {
      const page: QueryPage = this.must(
        this.engine!.query({ conceptPath: '*', predicate: null, lens: 'position', limit: 1000, cursor }),
      )
      keys.push(...page.assertions.map((stored) => stored.assertion.id))
      cursor = page.cursor
      if (cursor === null) return keys
    }
  }
}

/** A disk with the directories of engine and operations, durable. */
export function freshDisk(): SimulatedDisk {
  const disk = new SimulatedDisk()
  for (const directory of [STEMEDB_PATHS.wal, STEMEDB_PATHS.db, STEMEDB_PATHS.backups]) {
    disk.place(`${directory}/.keep`, new Uint8Array(0))
  }
  return disk
}

/** The n-th assertion; content told by its number. */
export function assertion(n: number): Assertion {
  return {
    id: `key-${n}`,
    concept_path: `plant/sensor-${n % 5}`,
    predicate: 'reads',
    value: n,
    confidence: 1,
    authority_tier: 'expert',
  }
}

/** Keys of assertions 1 to `last`. */
export const keysUpTo = (last: number): string[] =>
  Array.from({ length: last }, (_, index) => assertion(index + 1).id)

/** A history as production makes it: writes, archive cycles, two backups. */
export function busyDay(): Production {
  const production = new Production()
  production.start()
  production.write(1, 12)
  production.must(production.archive())
  production.write(13, 20)
  production.must(production.backup())
  production.write(21, 30)
  production.must(production.archive())
  production.write(31, 40)
  production.must(production.archive())
  production.must(production.backup())
  production.write(41, 50)
  production.must(production.archive())
  production.write(51, 55)
  return production
}
