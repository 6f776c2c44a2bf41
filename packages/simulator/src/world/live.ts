import {
  type Checksums,
  Clock,
  fork,
  interruptFiber,
  ObjectStore,
  overlay,
  type PortHandlers,
  provide,
  sleep,
  type Task,
} from '@dr-drill/runbook-core'
import { assertionDigest, STEMEDB_PATHS } from '@dr-drill/runbook-core/stemedb'
import { clockHandlers, type Kernel, type RandomStream, TimerScheduler } from '../kernel/index.ts'
import { openEngine, StemedbApi } from '../stemedb/index.ts'
import { type ProductionHost, WORLD_ADMIN_TOKEN, WORLD_STORE } from './host.ts'
import type { LedgerSink } from './ledger.ts'
import { runOperation, type WorldOperationsOptions, worldTimers } from './operations.ts'
import { WORLD_STARTED_AT } from './timeline.ts'
import { type WorkloadShape, workload, worldAssertion } from './workload.ts'

/** What production lives by. */
export interface LifeOptions {
  readonly checksums: Checksums
  readonly engineVersion: string
  /** Public key of the backups' signer, hex. */
  readonly trustKey: string
  /** Objects that production has put into its bucket before: the engine's artefact. */
  readonly artifacts: readonly { readonly key: string; readonly bytes: Uint8Array }[]
  readonly assertions: number
  readonly shape: WorkloadShape
  /** Default: the engine's own. */
  readonly segmentSizeBytes?: number
  /** Drill time from its start to its end. */
  readonly durationMs: number
  readonly host: ProductionHost
  readonly kernel: Kernel
  readonly random: RandomStream
  readonly ledger: LedgerSink
  /** Told when a timer's run begins; what it returns is told when the run has ended. */
  readonly onRun?: (service: string) => () => void
}

/**
 * Production from its first start to an end: its engine, its clients and its timers, over the ports of its host. Gives its history.
 * The bucket is there already. Timers bear failing runs; a world in which one failed is not the world that was asked for, and the first
 * failure is thrown at the end.
 */
export function* liveProduction(life: LifeOptions): Task<string> {
  const { random, ledger, durationMs, checksums, assertions, shape } = life
  const failures: unknown[] = []
  for (const { key, bytes } of life.artifacts) {
    yield* ObjectStore.put({ store: WORLD_STORE, key, bytes, ifAbsent: true })
  }
  const startedAt = yield* Clock.historyNow({})
  const engine = yield* startEngine(life)
  const { history } = engine.health()
  ledger.begin({
    unit: 'assertion',
    coverage: 'complete',
    order: 'position',
    domain: 'history',
    history,
    failureAt: startedAt + durationMs,
  })
  const timers = yield* fork(supervised(life, failures), 'timers')
  const clients = random.split('clients')
  yield* workload(engine, { checksums, random: clients, ledger, assertions, durationMs, shape })
  yield* sleep(Math.max(0, durationMs - (yield* Clock.drillNow({}))))
  // Its last client had sent something and never heard of it.
  const unanswered = worldAssertion(clients, assertions + 1)
  ledger.write({ op: 'submitted', key: unanswered.id, digest: assertionDigest(checksums, unanswered) })
  yield* interruptFiber(timers)
  const [failure] = failures
  if (failure !== undefined) throw failure
  return history
}

function* startEngine({ checksums, host, segmentSizeBytes }: LifeOptions) {
  const engine = yield* openEngine({
    walDirectory: STEMEDB_PATHS.wal,
    dbDirectory: STEMEDB_PATHS.db,
    checksums,
    ...(segmentSizeBytes === undefined ? {} : { segmentSizeBytes }),
  })
  host.api = new StemedbApi(engine, yield* Clock.drillNow({}), {
    instance: null,
    adminToken: WORLD_ADMIN_TOKEN,
  })
  return engine
}

/** The timers, which tick by the unshifted day: a world that ends now has the same cycles as one that ended then. */
function* supervised(life: LifeOptions, failures: unknown[]): Task<void> {
  const { host, kernel } = life
  const scheduler = new TimerScheduler((service) =>
    provide(host.environment, recording(life, failures, service)),
  )
  for (const timer of worldTimers()) scheduler.enable(timer)
  const unshifted = { Clock: clockHandlers(kernel, { epochMs: WORLD_STARTED_AT }) as unknown as PortHandlers }
  yield* provide(overlay(host.environment, unshifted), scheduler.supervise())
}

function* recording(life: LifeOptions, failures: unknown[], service: string): Task<void> {
  const { checksums, trustKey, engineVersion } = life
  const options: WorldOperationsOptions = { checksums, trustKey, engineVersion }
  const ended = life.onRun?.(service)
  try {
    yield* runOperation(service, options)
  } catch (error) {
    failures.push(error)
    throw error
  }
  ended?.()
}
