import {
  attempt,
  driveSync,
  environment,
  ObjectStore,
  type PortHandlers,
  type Task,
  unwrap,
} from '@dr-drill/runbook-core'
import {
  type Actor,
  type BucketContent,
  bucketControl,
  MemoryBucket,
  memoryObjectStore,
  portableS3Digests,
  ROOT,
  SimulatedDisk,
  type StoreControl,
} from '@dr-drill/simulator'

const STARTED_AT = Date.UTC(2026, 1, 11, 0, 5)
/** All digests that these tests compare with. */
export const digests = portableS3Digests

/** A bucket, a machine that uses it, and the time. */
export class World {
  readonly disk: SimulatedDisk
  readonly bucket: MemoryBucket
  readonly control: StoreControl
  /** Blobs whose digest was asked for. */
  readonly digested: Uint8Array[] = []
  nowMs = STARTED_AT

  constructor(
    options: {
      readonly versioning?: boolean
      readonly capacityBytes?: number
      readonly content?: BucketContent
    } = {},
  ) {
    const { versioning = true, capacityBytes, content } = options
    this.disk = new SimulatedDisk(capacityBytes === undefined ? {} : { capacityBytes })
    this.bucket = new MemoryBucket({
      name: 'backups',
      versioning,
      credentials: [
        { accessKey: 'reader', rights: 'read-only' },
        { accessKey: 'writer', rights: 'read-write' },
      ],
      nowMs: () => this.nowMs,
      md5Hex: (bytes) => digests.md5().update(bytes).hex(),
      ...(content === undefined ? {} : { content }),
    })
    this.control = bucketControl(this.bucket, 'reader')
  }

  run<A>(task: Task<A>, actor: Actor = ROOT): A {
    const store = { bucket: this.bucket, prefix: '' }
    const ports = environment({
      ObjectStore: memoryObjectStore({
        stores: { source: { ...store, accessKey: 'reader' }, archive: { ...store, accessKey: 'writer' } },
        disk: this.disk,
        actor,
        sha256Hex: (bytes) => {
          this.digested.push(bytes)
          return digests.sha256Hex(bytes)
        },
      }),
      FileSystem: this.disk.handlers(actor),
    } as unknown as Record<string, PortHandlers>)
    const exit = driveSync(task, ports)
    if (exit === null) throw new Error('nothing crashes here')
    return unwrap(exit)
  }

  codeOf(task: Task<unknown>, actor: Actor = ROOT): string | null {
    const result = this.run(attempt(task), actor)
    return result.ok ? null : result.error.code
  }

  /** Everything that a reader sees: keys with their bytes. */
  seen(): Record<string, string> {
    const { objects } = this.run(ObjectStore.list({ store: 'source', prefix: '' }))
    return Object.fromEntries(objects.map(({ key }) => [key, textOf(this.run(get(key)).bytes)]))
  }
}

/** Reads a whole object. */
export const get = (key: string) => ObjectStore.get({ store: 'source', key, sizeBytesMax: 1 << 20 })
/** Downloads an object to a path. */
export const download = (key: string, path: string, mode = 0o600) =>
  ObjectStore.download({ store: 'source', key, path, mode })
/** Bytes as text. */
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
