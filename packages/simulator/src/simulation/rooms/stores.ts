import {
  environment,
  type ObjectStoreContract,
  type PortHandler,
  type PortHandlers,
  type Task,
} from '@dr-drill/runbook-core'
import { SimulatedDisk } from '../../disk/index.ts'
import { objectStoreHandlers, type S3Digests, S3Service } from '../../s3/index.ts'
import { PRODUCTION_BUCKET } from '../../world/index.ts'

const ARCHIVE_BUCKET = 'stemedb-backups-recovery'
const READER = { accessKey: 'reader', secretKey: 'reader-secret' }
const WRITER = { accessKey: 'writer', secretKey: 'writer-secret' }

/** The stores of a drill: the source with its backups, which the runner may only read, and the archive of the restored server. */
export interface WorldStores {
  readonly handlers: PortHandler<ObjectStoreContract>
  /** Requests that reached the source with the runner's credential. */
  readonly sourceRequests: () => Readonly<Record<string, number>>
  /** To be driven once, before anything else. */
  readonly prepare: () => Task<void>
}

/** What the stores are made from. */
export interface StoresOptions {
  /** Data directory of the source. */
  readonly source: SimulatedDisk
  readonly digests: S3Digests
  readonly historyNowMs: () => number
}

/** Builds both stores. */
export function openStores(options: StoresOptions): WorldStores {
  const source = service(options.source, options)
  const archive = service(new SimulatedDisk(), options)
  return {
    handlers: objectStoreHandlers({
      stores: {
        source: { service: source, bucket: PRODUCTION_BUCKET, prefix: '', credentials: READER },
        archive: { service: archive, bucket: ARCHIVE_BUCKET, prefix: '', credentials: WRITER },
      },
    }),
    sourceRequests: () => ({ ...source.statistics.snapshot().credentials[READER.accessKey] }),
    *prepare() {
      yield* archive.ensureBucket(ARCHIVE_BUCKET)
    },
  }
}

function service(disk: SimulatedDisk, { digests, historyNowMs }: StoresOptions): S3Service {
  return new S3Service({
    environment: environment({ FileSystem: disk.handlers() as unknown as PortHandlers }),
    credentials: [
      { ...WRITER, rights: 'read-write' },
      { ...READER, rights: 'read-only' },
    ],
    historyNowMs,
    wallNowMs: historyNowMs,
    digests,
  })
}
