import {
  Deferred,
  type Environment,
  type Exit,
  environment,
  intercept,
  type Middleware,
  OperatingError,
  portableChecksums,
  Runtime,
  type RuntimeHooks,
  type Task,
} from '@dr-drill/runbook-core'
import type { Assertion } from '@dr-drill/runbook-core/stemedb'
import {
  type EngineOptions,
  openEngine,
  type QueryPage,
  RandomStream,
  SimulatedDisk,
  type StemedbEngine,
  type SynchronousFileSystem,
} from '@dr-drill/simulator'

export const WAL = '/var/lib/stemedb/wal'
export const DB = '/var/lib/stemedb/db'

/** A disk with the two directories of the engine, durable. */
export function freshDisk(): SimulatedDisk {
  const disk = new SimulatedDisk()
  const files = disk.handlers()
  let path = ''
  for (const name of ['var', 'lib', 'stemedb']) {
    files.makeDirectory({ path: `${path}/${name}`, mode: 0o755 })
    files.syncDirectory({ path: path === '' ? '/' : path })
    path = `${path}/${name}`
  }
  for (const directory of [WAL, DB]) files.makeDirectory({ path: directory, mode: 0o750 })
  files.syncDirectory({ path })
  return disk
}

/** A host on a disk: a clock that moves 7 ms per reading, seeded chance, and middleware in front of its files. */
export class Host {
  readonly disk: SimulatedDisk
  now: number
  readonly #random: RandomStream
  readonly environment: Environment

  constructor(disk: SimulatedDisk, options: { seed?: number; now?: number; middleware?: Middleware } = {}) {
    this.disk = disk
    this.now = options.now ?? 1_770_000_000_000
    this.#random = RandomStream.fromSeed(options.seed ?? 1)
    const clock = () => {
      this.now += 7
      return this.now
    }
    const below = environment({
      FileSystem: this.#acknowledgedLater(disk.handlers()) as never,
      Clock: { historyNow: clock, drillNow: clock, sleep: () => undefined },
      Random: {
        uint32: () => this.#random.uint32(),
        bytes: ({ length }: { length: number }) => this.#random.bytes(length),
      },
    })
    this.environment = options.middleware === undefined ? below : intercept(below, options.middleware)
  }

  /** A device takes its time: writes and fsyncs acknowledge only when nothing else can go on, so that writers meet in groups. */
  #acknowledgedLater(files: SynchronousFileSystem): SynchronousFileSystem {
    const later = (method: 'write' | 'sync') => (input: never) => {
      files[method](input)
      const acknowledged = new Deferred<void>()
      this.#inFlight.push(acknowledged)
      return acknowledged
    }
    return { ...files, write: later('write') as never, sync: later('sync') as never }
  }

  readonly #inFlight: Deferred<void>[] = []

  /** Runs a task to its end; null when a hook crashed the runtime. */
  run<A>(task: Task<A>, hooks?: RuntimeHooks, onRuntime?: (runtime: Runtime) => void): Exit<A> | null {
    const runtime = new Runtime({ adoptsPromises: false, ...(hooks === undefined ? {} : { hooks }) })
    onRuntime?.(runtime)
    const fiber = runtime.start(task, this.environment)
    runtime.pump()
    for (let done = this.#inFlight.shift(); done !== undefined; done = this.#inFlight.shift()) {
      done.succeed()
      runtime.pump()
    }
    const { exit } = fiber.done
    if (runtime.crashed) return null
    if (exit?.kind !== 'success') throw new Error('every fiber waits')
    return exit.value
  }

  /** The value of a task that must succeed. */
  must<A>(task: Task<A>): A {
    const exit = this.run(task)
    if (exit?.kind === 'failure') throw exit.error
    if (exit?.kind !== 'success') throw new Error('not a success')
    return exit.value
  }

  /** The operating error of a task that must fail. */
  failureOf(task: Task<unknown>): OperatingError {
    const exit = this.run(task)
    if (exit?.kind !== 'failure' || !(exit.error instanceof OperatingError)) {
      throw new Error(`not an operating error: ${JSON.stringify(exit)}`)
    }
    return exit.error
  }

  open(options: Partial<EngineOptions> = {}): StemedbEngine {
    return this.must(openEngine(engineOptions(options)))
  }
}

export function engineOptions(options: Partial<EngineOptions> = {}): EngineOptions {
  return { walDirectory: WAL, dbDirectory: DB, checksums: portableChecksums, ...options }
}

/** The n-th assertion of a test: content told by its number alone. */
export function assertion(n: number, padding = 0): Assertion {
  return {
    id: `key-${n}`,
    concept_path: `plant/${n % 7}/sensor-${n}`,
    predicate: n % 2 === 0 ? 'reads' : 'rated',
    value: { n, padding: 'x'.repeat(padding) },
    confidence: 0.5,
    authority_tier: 'expert',
  }
}

/** Everything in a database, by position, read page by page. */
export function* readAll(engine: StemedbEngine): Task<Map<string, Assertion>> {
  const all = new Map<string, Assertion>()
  let cursor: number | null = null
  do {
    const page: QueryPage = yield* engine.query({
      conceptPath: '*',
      predicate: null,
      lens: 'position',
      limit: 50,
      cursor,
    })
    for (const { assertion: found } of page.assertions) {
      if (all.has(found.id)) throw new Error(`twice: ${found.id}`)
      all.set(found.id, found)
    }
    cursor = page.cursor
  } while (cursor !== null)
  return all
}
