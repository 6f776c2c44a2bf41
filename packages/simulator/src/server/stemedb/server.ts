import type { Server } from 'node:http'
import { type AddressInfo, isIPv6 } from 'node:net'
import { asyncRuntime, exitOf, OperatingError, type Runtime, type Task } from '@dr-drill/runbook-core'
import {
  type ApiRequest,
  type ApiResponse,
  openEngine,
  refusal,
  StemedbApi,
  type StemedbEngine,
} from '@dr-drill/simulator'
import { nativeChecksums } from '../checksums.ts'
import { LOG_LEVELS, readConfiguration, type StemedbConfiguration, type Variables } from './configuration.ts'
import { httpFront } from './http-front.ts'
import { serverPorts } from './ports.ts'

/** Requests under way get this long when the server stops, ms. */
const DRAIN_MS = 3000

/** A server that listens. */
export interface RunningStemedb {
  readonly host: string
  readonly port: number
  readonly url: string
  /** Stops listening, lets requests under way end, closes the engine. */
  close(): Promise<void>
  /** Settles when it has stopped: with the failure of its disk, or null when it was closed. */
  readonly stopped: Promise<OperatingError | null>
}

/** Receives the lines of the service's log. */
export type LogSink = (line: string) => void

/**
 * Starts a StemeDB server on real sockets and a real disk: recovers, then listens. Lines go to `log` as seed-facts C.6 has them.
 * @throws OperatingError `usage-invalid` for a wrong setting, what recovery throws, `environment-lacking` when the address is taken
 */
export async function startStemedbServer(variables: Variables, log: LogSink): Promise<RunningStemedb> {
  const configuration = readConfiguration(variables)
  const say = leveled(configuration.logLevel, log)
  const ports = serverPorts(configuration)
  const runtime = asyncRuntime()
  const run = <A>(task: Task<A>): Promise<A> => performTask(runtime, task, ports.environment)
  const engine = await run(
    openEngine({
      walDirectory: configuration.walDirectory,
      dbDirectory: configuration.dbDirectory,
      checksums: nativeChecksums,
      beginHistory: configuration.beginHistory,
      onLog: say,
      ...(configuration.segmentSizeBytes === null
        ? {}
        : { segmentSizeBytes: configuration.segmentSizeBytes }),
    }),
  ).catch((error: unknown) => {
    ports.files.close()
    throw error
  })
  const api = new StemedbApi(engine, Math.floor(performance.now()), configuration)
  const server = new StemedbServer(engine, run, say, () => ports.files.close())
  return await server.listen(configuration, api)
}

async function performTask<A>(
  runtime: Runtime,
  task: Task<A>,
  environment: ReturnType<typeof serverPorts>['environment'],
): Promise<A> {
  const exit = await exitOf(runtime.start(task, environment))
  if (exit.kind === 'success') return exit.value
  throw exit.kind === 'failure' ? exit.error : new OperatingError('cancelled', 'the request was interrupted')
}

type RunTask = <A>(task: Task<A>) => Promise<A>
type Say = (level: 'info' | 'warn' | 'error', line: string) => void

class StemedbServer {
  readonly #engine: StemedbEngine
  readonly #run: RunTask
  readonly #say: Say
  readonly #release: () => void
  #closing: Promise<void> | null = null
  #stopped: (failure: OperatingError | null) => void = () => {}

  constructor(engine: StemedbEngine, run: RunTask, say: Say, release: () => void) {
    this.#engine = engine
    this.#run = run
    this.#say = say
    this.#release = release
  }

  async listen({ host, port }: StemedbConfiguration, api: StemedbApi): Promise<RunningStemedb> {
    const server = httpFront((request) => this.#answer(server, api, request))
    await bind(server, host, port)
    const bound = (server.address() as AddressInfo).port
    const authority = `${isIPv6(host) ? `[${host}]` : host}:${bound}`
    const stopped = new Promise<OperatingError | null>((resolve) => {
      this.#stopped = resolve
    })
    this.#say('info', `Startup complete, listening on ${authority}`)
    return { host, port: bound, url: `http://${authority}`, stopped, close: () => this.#close(server) }
  }

  async #answer(server: Server, api: StemedbApi, request: ApiRequest): Promise<ApiResponse> {
    try {
      return await this.#run(api.handle(request))
    } catch (error) {
      this.#say('error', `Request failed: ${error instanceof Error ? (error.stack ?? error.message) : error}`)
      return refusal(500, 'internal', 'the server failed to answer; see its log')
    } finally {
      // Fail-stop: after an error of the disk only a new recovery knows what is on it.
      if (this.#engine.failure !== null) void this.#close(server)
    }
  }

  #close(server: Server): Promise<void> {
    this.#closing ??= this.#shutDown(server)
    return this.#closing
  }

  async #shutDown(server: Server): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve())
    })
    server.closeIdleConnections()
    const cutOff = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
    await closed
    clearTimeout(cutOff)
    if (this.#engine.failure === null) await this.#run(this.#engine.close())
    this.#release()
    this.#stopped(this.#engine.failure)
  }
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const detail = `cannot listen on ${host}:${port} (${cause.code ?? cause.message})`
      const hint = 'Stop what listens there, or set STEMEDB_BIND_ADDR to another address.'
      reject(new OperatingError('environment-lacking', detail, { cause, hint }))
    })
    server.listen(port, host, resolve)
  })
}

/** Information is printed bare, as the service's log has it; warnings and errors with their level. */
function leveled(least: StemedbConfiguration['logLevel'], log: LogSink): Say {
  return (level, line) => {
    if (LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(least)) return
    log(level === 'info' ? line : `${level.toUpperCase()} ${line}`)
  }
}
