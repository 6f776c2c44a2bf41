import { type Checksums, driveSync, hexEncode, invariant } from '@dr-drill/runbook-core'
import { STEMEDB_PATHS } from '@dr-drill/runbook-core/stemedb'
import { ROOT, type SimulatedDisk } from '../disk/index.ts'
import { Kernel, RandomStream } from '../kernel/index.ts'
import type { S3Digests } from '../s3/index.ts'
import { MemoryBucket, type MemoryVersion, memoryObjectStore } from '../store/index.ts'
import { freshDisk, PRODUCTION_BUCKET, ProductionHost, WORLD_CREDENTIAL, WORLD_STORE } from '../world/host.ts'
import { liveProduction } from '../world/live.ts'
import { worldSigningKey } from '../world/signing.ts'
import { WORLD_STARTED_AT } from '../world/timeline.ts'
import type { OperationRun, Production } from './contract.ts'
import { DiskHistory } from './disk-history.ts'
import { RecordedLedger } from './recorded-ledger.ts'
import { recordedProduction } from './recorded-production.ts'
import { drawSpeed, slowDisk, slowStore } from './slow-ports.ts'
import { drawWorkload } from './workload-shape.ts'

/** Assertions of a production when nobody says otherwise. With the segments below it ends with about 500 objects in its bucket. */
export const PRODUCTION_ASSERTIONS = 5000
/** Size at which a production closes its segments: where it is busy, several in a cycle of the archive. */
export const PRODUCTION_SEGMENT_BYTES = 4608
/** How long a production lives: past its third backup (18:00) and some hours more. */
export const PRODUCTION_LASTS_MS = 20 * 3_600_000 + 50 * 60_000

/** What a production is made from. Same options, same bytes. */
export interface ProductionOptions {
  readonly seed: number
  readonly checksums: Checksums
  readonly digests: S3Digests
  readonly engineVersion: string
  /** Objects that production has put into its bucket before: the engine's artefact. */
  readonly artifacts: readonly { readonly key: string; readonly bytes: Uint8Array }[]
  /** Default: `PRODUCTION_ASSERTIONS`. */
  readonly assertions?: number
  /** Default: `PRODUCTION_SEGMENT_BYTES`. */
  readonly segmentSizeBytes?: number
  /** Default: `PRODUCTION_LASTS_MS`. */
  readonly durationMs?: number
  /** Of a thousand writes those that the engine refuses (default 2), and those whose durable fate no client hears of (default 0). */
  readonly refusedPerMille?: number
  readonly unheardPerMille?: number
}

/**
 * Lets production live in virtual time and records everything it wrote. The same engine, clients, timers and operations as
 * `generateWorld`, over a store in memory; its disk and its way to the store take time, so that a cut may find a backup, an archive cycle
 * or a commit under way.
 */
export function recordProduction(options: ProductionOptions): Production {
  return new Recording(options).live()
}

const isOfTheEngine = (path: string): boolean =>
  path.startsWith(STEMEDB_PATHS.wal) || path.startsWith(STEMEDB_PATHS.db)

class Recording {
  readonly #options: ProductionOptions
  readonly #kernel = new Kernel()
  readonly #random: RandomStream
  readonly #writes: MemoryVersion[] = []
  readonly #runs: OperationRun[] = []
  readonly #ledger = new RecordedLedger(() => this.#nowMs())
  readonly #host: ProductionHost
  readonly #disk: DiskHistory

  constructor(options: ProductionOptions) {
    this.#options = options
    this.#random = RandomStream.fromSeed(options.seed)
    const disk = freshDisk()
    this.#disk = new DiskHistory(disk, () => this.#nowMs(), isOfTheEngine)
    const speed = drawSpeed(this.#random.split('speed'))
    const { checksums, seed } = options
    this.#host = new ProductionHost({
      seed,
      checksums,
      kernel: this.#kernel,
      random: this.#random.split('host'),
      disk,
      slowed: (files) => slowDisk(this.#disk.recording(files), speed, this.#random.split('fsyncs')),
      objectStore: slowStore(this.#store(disk), disk.handlers(), speed, this.#random.split('requests')),
      epochMs: WORLD_STARTED_AT,
    })
  }

  live(): Production {
    const { seed, checksums, engineVersion, durationMs = PRODUCTION_LASTS_MS } = this.#options
    const assertions = this.#options.assertions ?? PRODUCTION_ASSERTIONS
    const signingKey = worldSigningKey(seed)
    const trustKey = hexEncode(checksums.ed25519PublicKey(signingKey))
    const history = this.#drive(assertions, trustKey, durationMs)
    return recordedProduction({
      seed,
      assertions,
      bucket: PRODUCTION_BUCKET,
      history,
      engineVersion,
      startedAt: WORLD_STARTED_AT,
      endsAt: WORLD_STARTED_AT + durationMs,
      writes: this.#writes,
      runs: this.#runs,
      trustKey,
      signingKey,
      ledger: this.#ledger,
      disk: this.#disk,
    })
  }

  #drive(assertions: number, trustKey: string, durationMs: number): string {
    const { checksums, engineVersion, artifacts, refusedPerMille, unheardPerMille } = this.#options
    const perMille = { refused: refusedPerMille ?? 2, unheard: unheardPerMille ?? 0 }
    const life = liveProduction({
      checksums,
      engineVersion,
      trustKey,
      artifacts,
      assertions,
      shape: drawWorkload(this.#random.split('workload'), perMille),
      segmentSizeBytes: this.#options.segmentSizeBytes ?? PRODUCTION_SEGMENT_BYTES,
      durationMs,
      host: this.#host,
      kernel: this.#kernel,
      random: this.#random,
      ledger: this.#ledger,
      onRun: (service) => this.#begun(service),
    })
    const exit = driveSync(life, this.#host.environment, { time: this.#kernel })
    if (exit?.kind === 'failure') throw exit.error
    invariant(exit?.kind === 'success', 'a production lives until its end')
    return exit.value
  }

  #begun(service: string): () => void {
    const index = this.#runs.push({ service, startedAt: this.#nowMs(), endedAt: null }) - 1
    return () => {
      this.#runs[index] = { ...(this.#runs[index] as OperationRun), endedAt: this.#nowMs() }
    }
  }

  #store(disk: SimulatedDisk) {
    const { digests, checksums } = this.#options
    const bucket = new MemoryBucket({
      name: PRODUCTION_BUCKET,
      versioning: true,
      credentials: [WORLD_CREDENTIAL],
      nowMs: () => this.#nowMs(),
      md5Hex: (bytes) => digests.md5().update(bytes).hex(),
    })
    bucket.writeListeners.push((version) => void this.#writes.push(version))
    const { accessKey } = WORLD_CREDENTIAL
    return memoryObjectStore({
      stores: { [WORLD_STORE]: { bucket, prefix: '', accessKey } },
      disk,
      actor: ROOT,
      sha256Hex: checksums.sha256Hex,
    })
  }

  /** History time, ms. */
  #nowMs(): number {
    return WORLD_STARTED_AT + this.#kernel.nowMs
  }
}
