import {
  type Checksums,
  driveSync,
  environment,
  hexEncode,
  invariant,
  type ObjectStoreContract,
  type PortHandler,
  type PortHandlers,
  type Task,
} from '@dr-drill/runbook-core'
import { SimulatedDisk } from '../disk/index.ts'
import { Kernel, RandomStream } from '../kernel/index.ts'
import { objectStoreHandlers, type S3Digests, S3Service } from '../s3/index.ts'
import { PRODUCTION_BUCKET, ProductionHost, WORLD_CREDENTIAL, WORLD_STORE } from './host.ts'
import { WorldLedger } from './ledger.ts'
import { liveProduction } from './live.ts'
import { worldSigningKey } from './signing.ts'
import { drawFailure, WORLD_STARTED_AT } from './timeline.ts'
import { EVEN_WORKLOAD } from './workload.ts'

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
  /** Production's own disk as the failure found it; its database lies below `/var/lib/stemedb`. */
  readonly hostDisk: SimulatedDisk
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
  const host = new ProductionHost({
    seed,
    checksums,
    kernel,
    random: random.split('host'),
    objectStore: storeHandlers(service),
    epochMs,
  })
  const ledger = new WorldLedger(options.ledger)
  const life = {
    checksums,
    engineVersion: options.engineVersion,
    trustKey,
    artifacts: options.artifacts,
    assertions: options.assertions,
    shape: EVEN_WORKLOAD,
    durationMs: failureAt - epochMs,
    host,
    kernel,
    random,
    ledger,
  }
  const exit = driveSync(begun(service, liveProduction(life)), host.environment, { time: kernel })
  if (exit?.kind === 'failure') throw exit.error
  invariant(exit?.kind === 'success', 'a world lives until it fails')
  return {
    s3: disk,
    hostDisk: host.disk,
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

function storeHandlers(service: S3Service): PortHandler<ObjectStoreContract> {
  const { accessKey, secretKey } = WORLD_CREDENTIAL
  const credentials = { accessKey, secretKey }
  return objectStoreHandlers({
    stores: { [WORLD_STORE]: { service, bucket: PRODUCTION_BUCKET, prefix: '', credentials } },
  })
}

function* begun(service: S3Service, life: Task<string>): Task<string> {
  yield* service.ensureBucket(PRODUCTION_BUCKET, 'enabled')
  return yield* life
}
