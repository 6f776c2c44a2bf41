import { mkdirSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  asyncRuntime,
  driveAsync,
  environment,
  OperatingError,
  toOperatingError,
} from '@dr-drill/runbook-core'
import {
  type S3Credential,
  type S3Faults,
  S3Service,
  type S3StatisticsSnapshot,
  type ServiceLimits,
} from '@dr-drill/simulator'
import { nodeFileSystem } from '../file-system/index.ts'
import { S3Admin } from './admin.ts'
import { serveRequest } from './connection.ts'
import { nativeS3Digests } from './native-digests.ts'
import { DescriptorFile } from './pinned-file.ts'

/** What a server is started with. */
export interface S3ServerOptions {
  /** Made if absent, closed to other users; one server per directory. */
  readonly dataDirectory: string
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default 0: any free port. */
  readonly port?: number
  readonly credentials: readonly S3Credential[]
  /** History time for LastModified, ms since 1970; default the wall clock. */
  readonly historyClock?: () => number
  /** Wall clock by which signatures are judged, ms since 1970; default the host's. */
  readonly wallClock?: () => number
  /** Lets whoever knows it read the counters at `/-/statistics` and set fault rules at `/-/faults` on this host; without it nobody can. */
  readonly adminToken?: string
  readonly limits?: Partial<ServiceLimits>
  /** How long a client may send nothing of a body, or take nothing of an answer, ms; default 30,000. */
  readonly idleMs?: number
  /** False: nothing is synced; for throw-away worlds, which may be lost with the machine. Default true. */
  readonly durable?: boolean
  /** Told of failures that clients see as InternalError; default: a line on stderr. */
  readonly onFailure?: (failure: unknown) => void
}

/** A running server. */
export interface S3Server {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** For what no client can do: buckets, in-process stores over the same service. */
  readonly service: S3Service
  /** Rules that make the service misbehave; may be changed at any time. */
  readonly faults: S3Faults
  stats(): S3StatisticsSnapshot
  /** Stops within a second; requests in flight get a part of it. */
  close(): Promise<void>
}

const CLOSE_GRACE_MS = 300

/** Starts the embedded S3 behind a real socket, over a real directory. @throws environment-lacking when it cannot listen */
export async function startS3Server(options: S3ServerOptions): Promise<S3Server> {
  // Objects are plain files: keys would guard nothing if others on this machine could read them there.
  mkdirSync(options.dataDirectory, { recursive: true, mode: 0o700 })
  const files = nodeFileSystem({ root: options.dataDirectory, durable: options.durable ?? true })
  const service = new S3Service({
    environment: environment({ FileSystem: files }),
    credentials: options.credentials,
    historyNowMs: options.historyClock ?? Date.now,
    wallNowMs: options.wallClock ?? Date.now,
    digests: nativeS3Digests,
    pin: (path) => new DescriptorFile(options.dataDirectory, path),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    onFailure: options.onFailure ?? tellFailure,
  })
  const prepared = await driveAsync(service.prepare(), environment({}))
  if (prepared.kind === 'failure') throw prepared.error
  const inFlight = new Set<Promise<void>>()
  const server = httpServer(options, service, inFlight)
  const url = await listen(server, options.host ?? '127.0.0.1', options.port ?? 0)
  return {
    url,
    service,
    faults: service.faults,
    stats: () => service.statistics.snapshot(),
    close: async () => {
      await closeServer(server, inFlight)
      files.close()
    },
  }
}

function tellFailure(failure: unknown): void {
  const { code, message } = toOperatingError(failure)
  process.stderr.write(`s3: ${code}: ${message}\n`)
}

function httpServer(options: S3ServerOptions, service: S3Service, inFlight: Set<Promise<void>>): Server {
  const idleMs = options.idleMs ?? 30_000
  const admin = new S3Admin(service, options.adminToken ?? null)
  const serve = { service, runtime: asyncRuntime(), bodyIdleMs: idleMs }
  // Bodies may take as long as they need if they move: the idle timers bound them, not the duration of a request.
  const server = createServer({
    maxHeaderSize: 32 * 1024,
    headersTimeout: 15_000,
    requestTimeout: 0,
    keepAliveTimeout: 60_000,
    connectionsCheckingInterval: 1_000,
  })
  server.setTimeout(2 * idleMs)
  const onRequest = (message: IncomingMessage, to: ServerResponse) => {
    if (admin.answer(message, to)) return
    const done = serveRequest(serve, message, to).finally(() => inFlight.delete(done))
    inFlight.add(done)
  }
  server.on('request', onRequest)
  // Answered like any other; whoever waits for 100 gets it when the body is wanted, or a refusal instead.
  server.on('checkContinue', onRequest)
  server.on('clientError', (_error, socket) => socket.destroy())
  return server
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new OperatingError('environment-lacking', `cannot listen on ${host}:${port}: ${cause.message}`, {
          subject: `${host}:${port}`,
          hint: 'Choose another port, or 0 for any free one.',
          cause,
        }),
      )
    })
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo
      const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
      resolve(`http://${name}:${address.port}`)
    })
  })
}

async function closeServer(server: Server, inFlight: Set<Promise<void>>): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  server.closeIdleConnections()
  await withinGrace(Promise.allSettled(inFlight))
  server.closeAllConnections()
  await withinGrace(Promise.all([closed, Promise.allSettled(inFlight)]))
}

function withinGrace(work: Promise<unknown>): Promise<unknown> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, CLOSE_GRACE_MS)
    void work.then(() => {
      clearTimeout(timer)
      resolve(undefined)
    })
  })
}
