import {
  type Checksums,
  type Environment,
  environment,
  type FileSystemContract,
  type HttpContract,
  type HttpRequest,
  type HttpResponse,
  type ObjectStoreContract,
  OperatingError,
  type PortHandler,
  type PortHandlers,
  type Task,
  utf8Encode,
} from '@dr-drill/runbook-core'
import { STEMEDB_PATHS } from '@dr-drill/runbook-core/stemedb'
import { SimulatedDisk, type SynchronousFileSystem } from '../disk/index.ts'
import { clockHandlers, type Kernel, type RandomStream, randomHandlers } from '../kernel/index.ts'
import type { StemedbApi } from '../stemedb/index.ts'
import { worldSigner } from './signing.ts'

/** Name of the store that production backs up to. */
export const WORLD_STORE = 'archive'
/** Bucket of production (seed-facts C.5). */
export const PRODUCTION_BUCKET = 'stemedb-backups-prod'

/** The operations' token; a world has nothing to hide. */
export const WORLD_ADMIN_TOKEN = 'world-admin-token'

/** How a world's service is reached while it is made; gone once it is written. */
export const WORLD_CREDENTIAL = { accessKey: 'world', secretKey: 'world', rights: 'read-write' } as const

/** What a production host is built from. */
export interface ProductionHostOptions {
  readonly seed: number
  readonly checksums: Checksums
  readonly kernel: Kernel
  readonly random: RandomStream
  /** The store that it backs up to, as `WORLD_STORE`. */
  readonly objectStore: PortHandler<ObjectStoreContract>
  /** Stands before its disk, to make operations take time; default: they take none. */
  readonly slowed?: (disk: SynchronousFileSystem) => PortHandler<FileSystemContract>
  /** Default: a fresh one. */
  readonly disk?: SimulatedDisk
  /** History time at virtual time 0, shift included, ms. */
  readonly epochMs: number
}

/** The host that production runs on: a disk, a clock, its object store, and the engine's API as its operations reach it. */
export class ProductionHost {
  readonly disk: SimulatedDisk
  readonly environment: Environment
  /** Null until the engine runs. */
  api: StemedbApi | null = null

  constructor(options: ProductionHostOptions) {
    const { kernel, slowed } = options
    this.disk = options.disk ?? freshDisk()
    const files = this.disk.handlers()
    const handlers = {
      FileSystem: slowed === undefined ? files : slowed(files),
      Clock: clockHandlers(kernel, { epochMs: options.epochMs }),
      Random: randomHandlers(options.random),
      ObjectStore: options.objectStore,
      Signer: worldSigner(options.checksums, options.seed),
      Http: { tell: (request) => this.#request(request), ask: (request) => this.#request(request) },
      Log: { write: () => undefined },
    } satisfies Record<string, unknown> & { Http: PortHandler<HttpContract> }
    this.environment = environment(handlers as unknown as Record<string, PortHandlers>)
  }

  /** Requests of the operations, by the very surface that the server process puts on sockets. */
  *#request({ method, path, body }: HttpRequest): Task<HttpResponse> {
    if (this.api === null) throw new OperatingError('connection-failed', 'the engine does not run')
    const answer = yield* this.api.handle({
      method,
      path,
      body: utf8Encode(JSON.stringify(body ?? {})),
      fromLoopback: true,
      authorization: `Bearer ${WORLD_ADMIN_TOKEN}`,
    })
    return { status: answer.status, contentType: answer.contentType, text: answer.body }
  }
}

/** A disk with the directories that the engine expects (D86). */
export function freshDisk(): SimulatedDisk {
  const disk = new SimulatedDisk()
  for (const directory of [STEMEDB_PATHS.wal, STEMEDB_PATHS.db, STEMEDB_PATHS.backups]) {
    disk.place(`${directory}/.keep`, new Uint8Array(0))
  }
  return disk
}
