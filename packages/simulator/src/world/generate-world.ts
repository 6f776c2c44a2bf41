import {
  type Checksums,
  Clock,
  driveSync,
  environment,
  fork,
  hexEncode,
  interruptFiber,
  invariant,
  ObjectStore,
  overlay,
  type PortHandlers,
  provide,
  sleep,
  type Task,
} from '@dr-drill/runbook-core'
import { assertionDigest, STEMEDB_PATHS } from '@dr-drill/runbook-core/stemedb'
import { SimulatedDisk } from '../disk/index.ts'
import { clockHandlers, Kernel, RandomStream, TimerScheduler } from '../kernel/index.ts'
import type { S3Digests } from '../s3/index.ts'
import { S3Service } from '../s3/index.ts'
import { openEngine, StemedbApi } from '../stemedb/index.ts'
import {
  PRODUCTION_BUCKET,
  ProductionHost,
  WORLD_ADMIN_TOKEN,
  WORLD_CREDENTIAL,
  WORLD_STORE,
} from './host.ts'
import { WorldLedger } from './ledger.ts'
import { runOperation, type WorldOperationsOptions, worldTimers } from './operations.ts'
import { worldSigningKey } from './signing.ts'
import { drawFailure, WORLD_STARTED_AT } from './timeline.ts'
import { workload, worldAssertion } from './workload.ts'

/** Assertions of a world when nobody says otherwise. */
export const WORLD_ASSERTIONS = 20_000

/** What a world is made from: the same options make the same bytes. */
export interface WorldOptions {
  readonly seed: number
  readonly assertions: number
  /** Everything in the world is this much later, ms; null: it fails at `endAt`. */
  readonly shiftMs: number
  readonly checksums: Checksums
  /** Default: portable. */
  readonly digests?: S3Digests
  /** Objects that production has put into its bucket before: the engine's artefact. */
  readonly artifacts: readonly { readonly key: string; readonly bytes: Uint8Array }[]
  readonly engineVersion: string
  /** Receives the ledger, line by line. */
  readonly ledger: (line: string) => void
}

/** A production history. */
export interface World {
  /** Data directory of the embedded S3 server, below `/`. */
  readonly s3: SimulatedDisk
  readonly bucket: string
  readonly history: string
  readonly startedAt: number
  readonly failureAt: number
  readonly acknowledged: number
  /** Public key of the backups' signer, 64 hex digits. */
  readonly trustKey: string
}

/** When the world of a seed fails, ms since 1970, before any shift. */
export function worldFailureAt(seed: number): number {
  return drawFailure(RandomStream.fromSeed(seed).split('failure'))
}

/**
 * Lets production run in virtual time, from its start to its failure: the engine, its clients, its timers and its object store are the
 * code that real runs use; only clock and disks are simulated. Same options, same bytes.
 */
export function generateWorld(options: WorldOptions): World {
  const { seed, checksums } = options
  const kernel = new Kernel()
  const random = RandomStream.fromSeed(seed)
  const epochMs = WORLD_STARTED_AT + options.shiftMs
  const failureAt = worldFailureAt(seed) + options.shiftMs
  const trustKey = hexEncode(checksums.ed25519PublicKey(worldSigningKey(seed)))
  const { service, disk } = objectStore(options, () => kernel.nowMs + epochMs)
  const host = new ProductionHost({ seed, checksums, kernel, random: random.split('host'), service, epochMs })
  const ledger = new WorldLedger(options.ledger)
  const life = live({
    options,
    host,
    kernel,
    service,
    random,
    ledger,
    trustKey,
    durationMs: failureAt - epochMs,
    failures: [],
  })
  const exit = driveSync(life, host.environment, { time: kernel })
  if (exit?.kind === 'failure') throw exit.error
  invariant(exit?.kind === 'success', 'a world lives until it fails')
  return {
    s3: disk,
    bucket: PRODUCTION_BUCKET,
    history: exit.value,
    startedAt: epochMs,
    failureAt,
    acknowledged: ledger.acknowledged,
    trustKey,
  }
}

function objectStore(options: WorldOptions, historyNowMs: () => number) {
  const disk = new SimulatedDisk()
  const service = new S3Service({
    environment: environment({ FileSystem: disk.handlers() as unknown as PortHandlers }),
    credentials: [WORLD_CREDENTIAL],
    historyNowMs,
    wallNowMs: historyNowMs,
    ...(options.digests === undefined ? {} : { digests: options.digests }),
  })
  return { disk, service }
}

interface Life {
  readonly options: WorldOptions
  readonly host: ProductionHost
  readonly kernel: Kernel
  readonly service: S3Service
  readonly random: RandomStream
  readonly ledger: WorldLedger
  readonly trustKey: string
  readonly durationMs: number
  /** What operations threw. */
  readonly failures: unknown[]
}

/** Production from its first start to the instant of its failure; gives its history. */
function* live(life: Life): Task<string> {
  const { options, host, random, ledger, durationMs } = life
  const { checksums } = options
  yield* life.service.ensureBucket(PRODUCTION_BUCKET, 'enabled')
  for (const { key, bytes } of options.artifacts) {
    yield* ObjectStore.put({ store: WORLD_STORE, key, bytes, ifAbsent: true })
  }
  const startedAt = yield* Clock.historyNow({})
  const engine = yield* openEngine({
    walDirectory: STEMEDB_PATHS.wal,
    dbDirectory: STEMEDB_PATHS.db,
    checksums,
  })
  host.api = new StemedbApi(engine, yield* Clock.drillNow({}), {
    instance: null,
    adminToken: WORLD_ADMIN_TOKEN,
  })
  const { history } = engine.health()
  ledger.begin({
    unit: 'assertion',
    coverage: 'complete',
    order: 'position',
    domain: 'history',
    history,
    failureAt: startedAt + durationMs,
  })
  const timers = yield* fork(supervised(life), 'timers')
  const clients = random.split('clients')
  yield* workload(engine, { checksums, random: clients, ledger, assertions: options.assertions, durationMs })
  yield* sleep(Math.max(0, durationMs - (yield* Clock.drillNow({}))))
  // Its last client had sent something and never heard of it.
  const unanswered = worldAssertion(clients, options.assertions + 1)
  ledger.write({ op: 'submitted', key: unanswered.id, digest: assertionDigest(checksums, unanswered) })
  yield* interruptFiber(timers)
  const [failure] = life.failures
  if (failure !== undefined) throw failure
  return history
}

/** The timers, which tick by the unshifted day: a world that ends now has the same cycles as one that ended then. */
function* supervised({ options, host, kernel, trustKey, failures }: Life): Task<void> {
  const operations: WorldOperationsOptions = { ...options, trustKey }
  const scheduler = new TimerScheduler((service) =>
    provide(host.environment, recording(failures, runOperation(service, operations))),
  )
  for (const timer of worldTimers()) scheduler.enable(timer)
  const unshifted = { Clock: clockHandlers(kernel, { epochMs: WORLD_STARTED_AT }) as unknown as PortHandlers }
  yield* provide(overlay(host.environment, unshifted), scheduler.supervise())
}

/** Timers bear failing runs; a world in which one failed is not the world that was asked for. */
function* recording(failures: unknown[], task: Task<void>): Task<void> {
  try {
    yield* task
  } catch (error) {
    failures.push(error)
    throw error
  }
}
