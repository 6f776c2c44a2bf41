import { readFileSync } from 'node:fs'
import {
  collectEvidence,
  compareByFiles,
  driveSync,
  type Environment,
  environment,
  exercisedByPorts,
  inProcessExecutor,
  type JudgedRun,
  judgeRun,
  listCopies,
  memoryJournal,
  overlay,
  type PortHandlers,
  plan,
  RecordFold,
  type RunEvent,
  runEngine,
  STANDARD_DISCHARGES,
  type Task,
} from '@dr-drill/runbook-core'
import {
  STEMEDB_ENDPOINT,
  STEMEDB_PATHS,
  STEMEDB_USER,
  stemedbReadback,
} from '@dr-drill/runbook-core/stemedb'
import { loadRunbook } from '@dr-drill/runbook-core/yaml'
import {
  clockHandlers,
  Kernel,
  objectStoreHandlers,
  RandomStream,
  randomHandlers,
  S3Service,
  SimulatedDisk,
} from '@dr-drill/simulator'
import { nativeChecksums, nativeS3Digests } from '@dr-drill/simulator/server'
import { recorders } from '../../../src/ports/recorders.ts'
import { stemedb, stemedbActions } from '../../../src/targets/stemedb-actions.ts'
import { BUCKET } from './bucket.ts'
import { type LivingHost, livingHost, type Served, servedBy } from './living-host.ts'
import { driven, VIRTUAL_HOST } from './virtual-machine.ts'
import { VirtualServices } from './virtual-services.ts'

const ARCHIVE_BUCKET = 'stemedb-backups-recovery'
const READER = { accessKey: 'reader', secretKey: 'reader-secret' }
const WRITER = { accessKey: 'writer', secretKey: 'writer-secret' }
const RECORDERS: ReadonlySet<string> = new Set(['Dns', 'Traffic', 'Alerts', 'Notifier'])
const CAPABILITIES = ['service-manager', 'dns', 'traffic', 'alerts', 'notify', 'chown'] as const
const RUNBOOK = readFileSync('fixtures/runbooks/full-restore.yaml', 'utf8')
const CONCURRENCY = 4
const SERVICE = { user: STEMEDB_USER, groups: [STEMEDB_USER] } as const

export interface VirtualDrillInput {
  /** The data directory of the source's embedded S3. */
  readonly source: SimulatedDisk
  readonly failureAt: number
  readonly ledger: Uint8Array | null
  readonly trustKey: string | null
  readonly params?: Readonly<Record<string, string>>
  readonly seed?: number
  /** Lets the restored host live on: what protects it goes into the source's own bucket, signed with this key. */
  readonly life?: { readonly signer: Uint8Array; readonly live: (host: LivingHost) => void }
}

export interface VirtualDrill {
  readonly judged: JudgedRun
  /** Empty when nothing serves. */
  readonly served: readonly Served[]
  readonly sourceRequests: { readonly other: number; readonly refusedWrites: number }
}

/**
 * The shipped runbook, engine, actions, evidence and judge of a `local` run, in virtual time over simulated disks: what differs from a
 * real run is who implements the ports.
 */
export function virtualDrill(input: VirtualDrillInput): VirtualDrill {
  return new Drill(input).perform()
}

class Drill {
  readonly #input: VirtualDrillInput
  readonly #kernel = new Kernel()
  readonly #services = new VirtualServices()
  readonly #journal = memoryJournal(() => this.#kernel.nowMs)
  readonly #source: S3Service
  readonly #target: Environment
  readonly #oracleDisk = new SimulatedDisk()

  constructor(input: VirtualDrillInput) {
    this.#input = input
    this.#source = this.#service(input.source)
    this.#target = this.#host()
    this.#oracleDisk.place('/scratch/.keep', new Uint8Array(0))
    if (input.ledger !== null) this.#oracleDisk.place('/ledger.jsonl', input.ledger)
  }

  perform(): VirtualDrill {
    const runbook = loadRunbook(RUNBOOK, {
      registry: stemedbActions(),
      checksums: nativeChecksums,
      params: {
        ...(this.#input.trustKey === null ? {} : { 'trust-key': this.#input.trustKey }),
        ...this.#input.params,
      },
      profile: 'local',
      file: 'full-restore',
    })
    const before = this.#drive(listCopies('source'))
    this.#runSteps(runbook)
    const evidence = this.#drive(this.#evidence(runbook, before))
    const requests = this.#source.statistics.snapshot().credentials[READER.accessKey]
    if (requests === undefined) throw new Error('the source counts nothing')
    const counted: RunEvent = {
      type: 'evidence-collected',
      subject: 'source-requests',
      evidence: { ...requests },
    }
    this.#journalAll([...evidence, counted])
    const judged = judgeRun({
      record: this.#record(),
      runbook,
      actions: stemedbActions(),
      plan: plan(runbook, { registry: stemedbActions() }),
      expect: null,
      dryRun: false,
    })
    const served = this.#served(false)
    this.#input.life?.live(
      livingHost({
        services: this.#services,
        drive: (task) => this.#drive(task),
        served: () => this.#served(true),
        now: () => this.#input.failureAt + this.#kernel.nowMs,
      }),
    )
    return { judged, served, sourceRequests: requests }
  }

  #service(disk: SimulatedDisk): S3Service {
    return new S3Service({
      environment: environment({ FileSystem: disk.handlers() as unknown as PortHandlers }),
      credentials: [
        { ...WRITER, rights: 'read-write' },
        { ...READER, rights: 'read-only' },
      ],
      historyNowMs: () => this.#input.failureAt + this.#kernel.nowMs,
      wallNowMs: () => this.#input.failureAt + this.#kernel.nowMs,
      digests: nativeS3Digests,
    })
  }

  #host(): Environment {
    const { seed = 1, failureAt } = this.#input
    const disk = new SimulatedDisk()
    for (const path of ['/var/lib/stemedb', '/opt', '/etc/default', STEMEDB_PATHS.backups]) {
      disk.place(`${path}/.keep`, new Uint8Array(0))
    }
    for (const path of [STEMEDB_PATHS.home, STEMEDB_PATHS.backups]) {
      disk.handlers().setOwner({ path, owner: STEMEDB_USER, group: STEMEDB_USER })
    }
    const { life } = this.#input
    const archive = life === undefined ? this.#service(new SimulatedDisk()) : this.#source
    const archiveBucket = life === undefined ? ARCHIVE_BUCKET : BUCKET
    const stores = {
      source: { service: this.#source, bucket: BUCKET, prefix: '', credentials: READER },
      archive: { service: archive, bucket: archiveBucket, prefix: '', credentials: WRITER },
    }
    const recording = recorders(
      () => {},
      () => (this.#services.engine === null ? [] : [STEMEDB_ENDPOINT]),
    )
    const secret = life?.signer ?? new Uint8Array(32).fill(9)
    const signed = (bytes: Uint8Array) => ({
      signature: nativeChecksums.ed25519Sign(secret, bytes),
      publicKey: nativeChecksums.ed25519PublicKey(secret),
    })
    const ports: Record<string, unknown> = {
      FileSystem: disk.handlers(),
      ObjectStore: objectStoreHandlers({ stores }),
      Clock: clockHandlers(this.#kernel, { epochMs: failureAt }),
      Random: randomHandlers(RandomStream.fromSeed(seed)),
      Signer: { sign: ({ bytes }: { bytes: Uint8Array }) => signed(bytes) },
      Log: { write: () => undefined },
      Services: this.#services.handlers,
      Http: this.#services.http,
      Host: VIRTUAL_HOST,
      Dns: recording.dns,
      Traffic: recording.traffic,
      Alerts: recording.alerts,
      Notifier: recording.notifier,
    }
    const target = environment(ports as Record<string, PortHandlers>)
    const service = overlay(target, { FileSystem: disk.handlers(SERVICE) as unknown as PortHandlers })
    this.#services.environments = { service, manager: target }
    driven(driveSync(archive.ensureBucket(archiveBucket), target, { time: this.#kernel }))
    return target
  }

  #runSteps(runbook: ReturnType<typeof loadRunbook>): void {
    const executor = inProcessExecutor({
      registry: stemedbActions(),
      environment: this.#target,
      journal: this.#journal.handlers,
      checksums: nativeChecksums,
      capabilities: new Set(CAPABILITIES),
      dryRun: false,
      exercised: exercisedByPorts('sandbox', RECORDERS),
      discharges: STANDARD_DISCHARGES,
    })
    const world = environment({
      Journal: this.#journal.handlers,
      Executor: executor,
      Clock: clockHandlers(this.#kernel, { epochMs: this.#input.failureAt }),
      Random: randomHandlers(RandomStream.fromSeed(2)),
    } as unknown as Record<string, PortHandlers>)
    const engine = runEngine({
      runbook,
      identity: {
        // Another run has another test write.
        runId: this.#input.life === undefined ? 'virtual-drill' : 'virtual-first-life',
        tool: { version: '0.1.0', digest: '0'.repeat(64) },
        actionsDigest: '0'.repeat(64),
        mode: 'drill',
        data: 'supplied',
        environment: 'simulated',
        target: 'local',
        capabilities: CAPABILITIES,
        seed: this.#input.seed ?? 1,
        scenario: null,
        faults: [],
        startedAtWall: '2026-11-24T00:00:00Z',
      },
      checksums: nativeChecksums,
      concurrency: CONCURRENCY,
      marks: [
        { name: 'failure', at: this.#input.failureAt, domain: 'history' },
        { name: 'detected', at: 0, domain: 'drill' },
        { name: 'declared', at: 0, domain: 'drill' },
      ],
      approvals: {},
      deadlineMs: 1_800_000,
      resume: null,
    })
    driven(driveSync(engine, world, { time: this.#kernel }))
  }

  #evidence(runbook: ReturnType<typeof loadRunbook>, sourceBefore: ReadonlyMap<string, string>) {
    return collectEvidence({
      record: this.#record(),
      runbook,
      pack: stemedb(),
      target: this.#target,
      changesOwners: true,
      compareRestored: compareByFiles({
        readback: stemedbReadback({ checksums: nativeChecksums }),
        endpoint: STEMEDB_ENDPOINT,
        hostFiles: this.#oracleDisk.handlers() as unknown as PortHandlers,
        readbackFile: '/readback.jsonl',
        scratch: '/scratch',
        ledger: this.#input.ledger === null ? null : '/ledger.jsonl',
        failureAt: this.#input.failureAt,
      }),
      ledgerGiven: this.#input.ledger !== null,
      trustKeyGiven: this.#input.trustKey !== null,
      failureAt: this.#input.failureAt,
      sourceBefore,
      diskPeakBytes: 0,
      fullSize: true,
    })
  }

  /** Everything that is served; the run's own test write at will. */
  #served(withProbe: boolean): Served[] {
    const { engine } = this.#services
    const probe = String((this.#record().steps.get('write-probe')?.output as { key?: unknown } | null)?.key)
    const all = engine === null ? [] : this.#drive(servedBy(engine))
    return withProbe ? all : all.filter(({ key }) => key !== probe)
  }

  #record() {
    const fold = new RecordFold()
    this.#journal.events.forEach(({ at, event }, seq) => void fold.add({ seq, at, event }))
    return fold.record()
  }

  #journalAll(events: readonly RunEvent[]): void {
    this.#journal.handlers.append({ events, durable: true }, { onCancel() {} })
  }

  #drive<A>(task: Task<A>): A {
    return driven(driveSync(task, this.#target, { time: this.#kernel }))
  }
}
