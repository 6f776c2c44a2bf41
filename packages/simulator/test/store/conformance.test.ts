import {
  driveSync,
  type Environment,
  environment,
  type PortHandlers,
  provide,
  type Task,
} from '@dr-drill/runbook-core'
import {
  bucketControl,
  clockHandlers,
  Kernel,
  MemoryBucket,
  memoryObjectStore,
  objectStoreHandlers,
  portableS3Digests,
  ROOT,
  S3Service,
  SimulatedDisk,
  versionPaths,
} from '@dr-drill/simulator'
import { deleteKey } from '../../src/s3/operations/delete-object.ts'
import { type ObjectStoreUnderTest, objectStoreConformance } from '../conformance/object-store.conformance.ts'

const STARTED_AT = Date.UTC(2026, 1, 11, 0, 5)
const READER = { accessKey: 'reader', secretKey: 'reader-secret', rights: 'read-only' } as const
const WRITER = { accessKey: 'writer', secretKey: 'writer-secret', rights: 'read-write' } as const
const isLong = process.env.DRILL_TEST_LONG === '1'
const digests = portableS3Digests

/** A machine whose clock is a kernel's. */
class Machine {
  readonly kernel = new Kernel()
  readonly disk = new SimulatedDisk()
  nowMs = STARTED_AT

  ports(objectStore: unknown): Environment {
    return environment({
      ObjectStore: objectStore,
      FileSystem: this.disk.handlers(),
      Clock: clockHandlers(this.kernel, { epochMs: 0 }),
    } as Record<string, PortHandlers>)
  }

  async run<A>(task: Task<A>, ports: Environment) {
    const exit = driveSync(task, ports, { time: this.kernel })
    if (exit === null) throw new Error('nothing crashes here')
    return exit
  }
}

objectStoreConformance(
  'a bucket in memory',
  async (versioning): Promise<ObjectStoreUnderTest> => {
    const machine = new Machine()
    const bucket = new MemoryBucket({
      name: 'backups',
      versioning,
      credentials: [READER, WRITER],
      nowMs: () => machine.nowMs,
      md5Hex: (bytes) => digests.md5().update(bytes).hex(),
    })
    const control = bucketControl(bucket, READER.accessKey)
    const store = { bucket, prefix: 'in/' }
    const ports = machine.ports(
      memoryObjectStore({
        stores: {
          source: { ...store, accessKey: 'reader' },
          archive: { ...store, accessKey: 'writer' },
          stranger: { ...store, accessKey: 'stranger' },
        },
        disk: machine.disk,
        actor: ROOT,
        sha256Hex: digests.sha256Hex,
      }),
    )
    return {
      ports,
      run: (task, over) => machine.run(task, over),
      delete: async (key) => control.delete(key),
      pass: (ms) => {
        machine.nowMs += ms
      },
      behind: {
        addRule: (rule) => control.addRule(rule),
        rot: (key, _versionId, bytes) => control.rot(key, bytes),
        readerCounts: () => bucket.statistics.snapshot().credentials.reader!,
      },
      dispose: async () => {},
    }
  },
  { numRuns: isLong ? 2_000 : 60, behind: true, fullPages: true },
)

objectStoreConformance(
  'the S3 service on a simulated disk',
  async (versioning): Promise<ObjectStoreUnderTest> => {
    const machine = new Machine()
    const served = new SimulatedDisk()
    const service = new S3Service({
      environment: environment({ FileSystem: served.handlers() as unknown as PortHandlers }),
      credentials: [READER, WRITER],
      historyNowMs: () => machine.nowMs,
      wallNowMs: () => STARTED_AT,
      digests,
    })
    const store = { service, bucket: 'backups', prefix: 'in/' }
    const stranger = { accessKey: 'stranger', secretKey: 'none' }
    const ports = machine.ports(
      objectStoreHandlers({
        stores: {
          source: { ...store, credentials: READER },
          archive: { ...store, credentials: WRITER },
          stranger: { ...store, credentials: stranger },
        },
      }),
    )
    await machine.run(service.ensureBucket('backups', versioning ? 'enabled' : null), ports)
    return {
      ports,
      run: (task, over) => machine.run(task, over),
      delete: async (key) => {
        const deletion = { bucket: 'backups', key, versionId: null, ifMatch: null }
        await machine.run(provide(service.environment, deleteKey(service.context, deletion)), ports)
      },
      pass: (ms) => {
        machine.nowMs += ms
      },
      behind: {
        addRule: (rule) => service.faults.add(rule),
        rot: (key, versionId, bytes) => rotOn(served, key, versionId, bytes),
        readerCounts: () => service.statistics.snapshot().credentials.reader!,
      },
      dispose: async () => {},
    }
  },
  { numRuns: isLong ? 300 : 15, behind: true, fullPages: isLong },
)

/** Puts other bytes where a version's bytes lie: under the one of its two names that is there. */
function rotOn(disk: SimulatedDisk, key: string, versionId: string, bytes: Uint8Array): void {
  const paths = versionPaths('backups', key, versionId)
  const path = [paths.bytes(0), paths.bytes(1)].find((name) => disk.handlers().stat({ path: name }) !== null)
  disk.place(path!, bytes)
}
