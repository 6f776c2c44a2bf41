import type { Checksums, ObjectStoreContract, PortHandler } from '@dr-drill/runbook-core'
import type { Actor, SimulatedDisk } from '../../disk/index.ts'
import type { S3Digests } from '../../s3/index.ts'
import {
  type BucketContent,
  bucketControl,
  MemoryBucket,
  memoryObjectStore,
  type StoreControl,
} from '../../store/index.ts'
import { PRODUCTION_BUCKET } from '../../world/index.ts'

const ARCHIVE_BUCKET = 'stemedb-backups-recovery'
/** What the recovery host may do to the source: read. */
const READER = { accessKey: 'reader', rights: 'read-only' } as const
/** What it writes its own backups with. */
const WRITER = { accessKey: 'writer', rights: 'read-write' } as const
/** Whoever looks at the world from outside: counted apart, and met by no fault. */
const OBSERVER = { accessKey: 'observer', rights: 'read-only' } as const
/** The credential of the host that served before the disaster. */
const OLD_PRIMARY = { accessKey: 'old-primary', rights: 'read-write' } as const

/** The port ObjectStore of one account of a machine with this disk. */
export type StorePort = (disk: SimulatedDisk, account: Actor) => PortHandler<ObjectStoreContract>

/** The stores of a drill: the source with its backups, which the runner may only read, and the archive of the restored server. */
export interface WorldStores {
  /** The port of the recovery host, whose files are on this disk, for one of its accounts. */
  portOf(disk: SimulatedDisk, account: Actor): PortHandler<ObjectStoreContract>
  /** The port of the host that served before: its `archive` is the source of the drill. */
  portOfOldPrimary(disk: SimulatedDisk, account: Actor): PortHandler<ObjectStoreContract>
  /** The port of somebody who only looks. */
  portOfObserver(disk: SimulatedDisk, account: Actor): PortHandler<ObjectStoreContract>
  /** Requests that reached the source with the runner's credential. */
  sourceRequests(): Readonly<Record<string, number>>
  readonly source: StoreControl
  readonly archive: StoreControl
}

/** What the stores are made from. */
export interface StoresOptions {
  /** What the source holds: nobody else's. */
  readonly source: BucketContent
  readonly checksums: Checksums
  readonly digests: S3Digests
  readonly historyNowMs: () => number
}

/** Builds both stores. */
export function openStores(options: StoresOptions): WorldStores {
  const { historyNowMs: nowMs, digests, checksums } = options
  const { sha256Hex } = checksums
  const shared = { nowMs, md5Hex: (bytes: Uint8Array) => digests.md5().update(bytes).hex() }
  const source = new MemoryBucket({
    ...shared,
    name: PRODUCTION_BUCKET,
    versioning: true,
    credentials: [READER, OLD_PRIMARY],
    content: options.source,
  })
  const archive = new MemoryBucket({
    ...shared,
    name: ARCHIVE_BUCKET,
    versioning: false,
    credentials: [WRITER],
  })
  const read = { bucket: source, prefix: '', accessKey: READER.accessKey }
  const write = { bucket: archive, prefix: '', accessKey: WRITER.accessKey }
  const own = { bucket: source, prefix: '', accessKey: OLD_PRIMARY.accessKey }
  const looking = { source: lookedAt(source, shared), archive: lookedAt(archive, shared) }
  return {
    portOfObserver: (disk, actor) => memoryObjectStore({ stores: looking, disk, actor, sha256Hex }),
    portOf: (disk, actor) =>
      memoryObjectStore({ stores: { source: read, archive: write }, disk, actor, sha256Hex }),
    portOfOldPrimary: (disk, actor) =>
      memoryObjectStore({ stores: { archive: own }, disk, actor, sha256Hex }),
    sourceRequests: () => ({ ...source.statistics.snapshot().credentials[READER.accessKey] }),
    source: bucketControl(source, READER.accessKey),
    archive: bucketControl(archive, WRITER.accessKey),
  }
}

/** The same content behind a front of its own: what befalls requests to a bucket befalls its clients only. */
function lookedAt(
  bucket: MemoryBucket,
  shared: { readonly nowMs: () => number; readonly md5Hex: (bytes: Uint8Array) => string },
) {
  const { name, versioning, content } = bucket
  const front = new MemoryBucket({ ...shared, name, versioning, content, credentials: [OBSERVER] })
  return { bucket: front, prefix: '', accessKey: OBSERVER.accessKey }
}
