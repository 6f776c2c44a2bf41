import {
  collectEvidence,
  compareByFiles,
  driveSync,
  type Environment,
  type Exit,
  environment,
  exercisedByPorts,
  inProcessExecutor,
  type JudgedRun,
  judgeRun,
  listCopies,
  memoryJournal,
  overlay,
  type PortHandlers,
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
import { SimulatedDisk } from '../disk/index.ts'
import { clockHandlers, Kernel, RandomStream, randomHandlers } from '../kernel/index.ts'
import { ServiceManager } from '../machine/index.ts'
import { objectStoreHandlers, S3Service } from '../s3/index.ts'
import { Surroundings } from '../surroundings/index.ts'
import { PRODUCTION_BUCKET } from '../world/index.ts'
import type { SimulatedDrill, SimulationOptions } from './options.ts'

const ARCHIVE_BUCKET = 'stemedb-backups-recovery'
const READER = { accessKey: 'reader', secretKey: 'reader-secret' }
const WRITER = { accessKey: 'writer', secretKey: 'writer-secret' }
const CAPABILITIES = ['service-manager', 'dns', 'traffic', 'alerts', 'notify', 'chown'] as const
const CONCURRENCY = 4
const SERVICE = { user: STEMEDB_USER, groups: [STEMEDB_USER] } as const
const HOST_FACTS = {
  name: 'recovery-host',
  cpuCores: 8,
  memoryBytes: 2 ** 35,
  linkBitsPerSecond: 1e10,
  superuser: true,
  platform: 'linux',
}

/**
 * One drill in virtual time: the runbook, engine, actions, evidence and judge of a real run, unchanged, over simulated machines. What
 * differs from a real run is who implements the ports.
 */
export function simulateDrill(options: SimulationOptions): SimulatedDrill {
  return new Simulation(options).perform()
}

class Simulation {
  readonly #options: SimulationOptions
  readonly #kernel = new Kernel()
  readonly #random: RandomStream
  readonly #journal = memoryJournal(() => this.#kernel.nowMs)
  readonly #services: ServiceManager
  readonly #source: S3Service
  readonly #target: Environment
  readonly #oracleDisk = new SimulatedDisk()

  constructor(options: SimulationOptions) {
    this.#options = options
    this.#random = RandomStream.fromSeed(options.seed, options.draws)
    this.#services = new ServiceManager({ checksums: options.checksums, engineVersion: '0.1.0' })
    this.#source = this.#service(options.source)
    this.#target = this.#host()
    this.#oracleDisk.place('/scratch/.keep', new Uint8Array(0))
    if (options.ledger !== null) this.#oracleDisk.place('/ledger.jsonl', options.ledger)
  }

  perform(): SimulatedDrill {
    const before = this.#drive(listCopies('source'))
    this.#runSteps()
    const evidence = this.#drive(this.#evidence(before))
    const requests = this.#source.statistics.snapshot().credentials[READER.accessKey] ?? {}
    this.#journalAll([
      ...evidence,
      { type: 'evidence-collected', subject: 'source-requests', evidence: { ...requests } },
    ])
    return { judged: this.#judge(), events: this.#journal.events, lastedMs: this.#kernel.nowMs }
  }

  #judge(): JudgedRun {
    const { runbook, actions, plan } = this.#options.prepared
    return judgeRun({ record: this.#record(), runbook, actions, plan, expect: null, dryRun: false })
  }

  #service(disk: SimulatedDisk): S3Service {
    const now = () => this.#options.failureAt + this.#kernel.nowMs
    return new S3Service({
      environment: environment({ FileSystem: disk.handlers() as unknown as PortHandlers }),
      credentials: [
        { ...WRITER, rights: 'read-write' },
        { ...READER, rights: 'read-only' },
      ],
      historyNowMs: now,
      wallNowMs: now,
      digests: this.#options.digests,
    })
  }

  #host(): Environment {
    const { failureAt, checksums } = this.#options
    const disk = new SimulatedDisk()
    for (const path of ['/var/lib/stemedb', '/opt', '/etc/default', STEMEDB_PATHS.backups]) {
      disk.place(`${path}/.keep`, new Uint8Array(0))
    }
    for (const path of [STEMEDB_PATHS.home, STEMEDB_PATHS.backups]) {
      disk.handlers().setOwner({ path, owner: STEMEDB_USER, group: STEMEDB_USER })
    }
    const archive = this.#service(new SimulatedDisk())
    const stores = {
      source: { service: this.#source, bucket: PRODUCTION_BUCKET, prefix: '', credentials: READER },
      archive: { service: archive, bucket: ARCHIVE_BUCKET, prefix: '', credentials: WRITER },
    }
    const secret = this.#random.split('archive-signer').bytes(32)
    const publicKey = checksums.ed25519PublicKey(secret)
    const ports: Record<string, unknown> = {
      FileSystem: disk.handlers(),
      ObjectStore: objectStoreHandlers({ stores }),
      Clock: clockHandlers(this.#kernel, { epochMs: failureAt }),
      Random: randomHandlers(this.#random.split('host')),
      Signer: {
        sign: ({ bytes }: { bytes: Uint8Array }) => ({
          signature: checksums.ed25519Sign(secret, bytes),
          publicKey,
        }),
      },
      Log: { write: () => undefined },
      Services: this.#services.handlers,
      Http: this.#services.http,
      ...new Surroundings(() => (this.#services.engine === null ? [] : [STEMEDB_ENDPOINT])).ports,
      Host: {
        facts: () => HOST_FACTS,
        accounts: ({ names }: { names: readonly string[] }) =>
          Object.fromEntries(names.map((name) => [name, true])),
      },
    }
    const target = environment(ports as Record<string, PortHandlers>)
    const service = overlay(target, { FileSystem: disk.handlers(SERVICE) as unknown as PortHandlers })
    this.#services.environments = { service, manager: target }
    driven(driveSync(archive.ensureBucket(ARCHIVE_BUCKET), target, { time: this.#kernel }))
    return target
  }

  #runSteps(): void {
    const { prepared, checksums, seed, failureAt } = this.#options
    const executor = inProcessExecutor({
      registry: prepared.actions,
      environment: this.#target,
      journal: this.#journal.handlers,
      checksums,
      capabilities: new Set(CAPABILITIES),
      dryRun: false,
      exercised: exercisedByPorts('sandbox', new Set()),
      discharges: STANDARD_DISCHARGES,
    })
    const world = environment({
      Journal: this.#journal.handlers,
      Executor: executor,
      Clock: clockHandlers(this.#kernel, { epochMs: failureAt }),
      Random: randomHandlers(this.#random.split('engine')),
    } as unknown as Record<string, PortHandlers>)
    const engine = runEngine({
      runbook: prepared.runbook,
      identity: {
        runId: `sim-${seed}`,
        tool: { version: '0.1.0', digest: '0'.repeat(64) },
        actionsDigest: '0'.repeat(64),
        mode: 'drill',
        data: 'generated',
        environment: 'simulated',
        target: 'sim',
        capabilities: CAPABILITIES,
        seed,
        scenario: null,
        faults: this.#options.faults,
        startedAtWall: '1970-01-01T00:00:00Z',
      },
      checksums,
      concurrency: CONCURRENCY,
      marks: [
        { name: 'failure', at: failureAt, domain: 'history' },
        { name: 'detected', at: 0, domain: 'drill' },
        { name: 'declared', at: 0, domain: 'drill' },
      ],
      approvals: {},
      deadlineMs: null,
      resume: null,
    })
    driven(driveSync(engine, world, { time: this.#kernel }))
  }

  #evidence(sourceBefore: ReadonlyMap<string, string>) {
    const { prepared, checksums, ledger, trusted, failureAt } = this.#options
    return collectEvidence({
      record: this.#record(),
      runbook: prepared.runbook,
      pack: prepared.pack,
      target: this.#target,
      changesOwners: true,
      compareRestored: compareByFiles({
        readback: stemedbReadback({ checksums }),
        endpoint: STEMEDB_ENDPOINT,
        hostFiles: this.#oracleDisk.handlers() as unknown as PortHandlers,
        readbackFile: '/readback.jsonl',
        scratch: '/scratch',
        ledger: ledger === null ? null : '/ledger.jsonl',
        failureAt,
      }),
      ledgerGiven: ledger !== null,
      trustKeyGiven: trusted,
      failureAt,
      sourceBefore,
      diskPeakBytes: 0,
      fullSize: true,
    })
  }

  #record() {
    const fold = new RecordFold()
    this.#journal.events.forEach(({ at, event }, seq) => {
      fold.add({ seq, at, event })
    })
    return fold.record()
  }

  #journalAll(events: readonly RunEvent[]): void {
    this.#journal.handlers.append({ events, durable: true }, { onCancel() {} })
  }

  #drive<A>(task: Task<A>): A {
    return driven(driveSync(task, this.#target, { time: this.#kernel }))
  }
}

function driven<A>(exit: Exit<A> | null): A {
  if (exit?.kind === 'success') return exit.value
  throw exit?.kind === 'failure' ? exit.error : new Error('it was interrupted')
}
