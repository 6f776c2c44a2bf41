import {
  asyncRuntime,
  Clock,
  driveSync,
  type EngineOptions,
  type Environment,
  type Exit,
  environment,
  exitOf,
  inProcessExecutor,
  type JournalEntry,
  journalHandlers,
  OperatingError,
  type PortHandlers,
  provide,
  type QualifiedRunbook,
  RunFold,
  type RunResult,
  Runtime,
  readJournal,
  runEngine,
  type Task,
} from '@dr-drill/runbook-core'
import { RandomStream, type SimulatedDisk } from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { toyOptions } from '../../../../runbook-core/test/engine/support/toy-runbook.ts'
import { VirtualClock } from '../../../../runbook-core/test/engine/support/virtual-clock.ts'
import { toyDischarges, toyRegistry } from './toy-actions.ts'

export const JOURNAL = '/run/journal.jsonl'

/** Where the process dies: before or after the k-th operation that changes the disk, or with half of a write done. */
export interface Death {
  readonly at: number
  readonly effect: 'not-applied' | 'applied' | 'torn'
}

const CHANGES: ReadonlySet<string> = new Set([
  'create',
  'write',
  'truncate',
  'sync',
  'syncDirectory',
  'rename',
  'remove',
  'makeDirectory',
  'removeDirectory',
])

/** One process that drills on a disk: engine, executor, journal; its own clock and chance. */
export class Process {
  readonly runtime = new Runtime({ adoptsPromises: false })
  readonly clock = new VirtualClock(1_000)
  readonly random = RandomStream.fromSeed(7)
  /** Operations that changed the disk, the journal's included. */
  changes = 0
  readonly log: string[] = []
  readonly disk: SimulatedDisk
  readonly death: Death | null
  syncMs = 0

  constructor(disk: SimulatedDisk, death: Death | null = null) {
    this.disk = disk
    this.death = death
  }

  /** Starts a run, or goes on with the one whose journal lies there. Null when the process died. */
  drill(runbook: QualifiedRunbook, more: Partial<EngineOptions> = {}): Exit<RunResult> | null {
    return this.drive(this.#drill(runbook, more))
  }

  /** Starts a run under the asynchronous driver, in the same virtual time. */
  async drillAsync(runbook: QualifiedRunbook): Promise<Exit<RunResult>> {
    const fiber = asyncRuntime().start(this.#drill(runbook, {}), this.storage)
    while (fiber.done.exit === null) {
      await new Promise((resolve) => setImmediate(resolve))
      if (fiber.done.exit === null) this.clock.advance()
    }
    return await exitOf(fiber)
  }

  /** Starts a run and interrupts its root fiber after so much drill time. */
  interruptedAt(ms: number, runbook: QualifiedRunbook): Exit<RunResult> | null {
    const fiber = this.runtime.start(this.#drill(runbook, {}), this.storage)
    const until = this.clock.now + ms
    do {
      this.runtime.pump()
      if (this.clock.now >= until) {
        fiber.interrupt()
        this.runtime.pump()
      }
    } while (fiber.done.exit === null && this.clock.advance())
    return fiber.done.exit?.kind === 'success' ? fiber.done.exit.value : null
  }

  drive<A>(task: Task<A>): Exit<A> | null {
    return driveSync(task, this.storage, { runtime: this.runtime, time: this.clock })
  }

  *#drill(runbook: QualifiedRunbook, more: Partial<EngineOptions>): Task<RunResult> {
    const fold = new RunFold(runbook, 3)
    const checksums = nativeChecksums
    const onEntry = (entry: JournalEntry) => fold.observe(entry)
    const end = yield* readJournal({ path: JOURNAL, checksums, onEntry })
    const begun = fold.state.started !== null
    const gapMs = begun ? 5_000 : 0
    const continuation = begun || (yield* this.#journalExists()) ? { end, gapMs } : null
    const journal = journalHandlers({ path: JOURNAL, storage: this.storage, checksums, continuation })
    const executor = inProcessExecutor({
      registry: toyRegistry(),
      environment: this.storage,
      journal,
      checksums,
      capabilities: new Set(),
      dryRun: false,
      exercised: () => 'sandbox',
      discharges: toyDischarges,
    })
    const resume = begun ? fold.resumption({ gapMs, dropped: end.dropped }) : null
    const engine = environment({
      Clock: this.clock.handlers,
      Random: this.#chance(),
      Journal: journal as unknown as PortHandlers,
      Executor: executor as unknown as PortHandlers,
    })
    return yield* provideTask(engine, runEngine(toyOptions(runbook, { concurrency: 3, resume, ...more })))
  }

  *#journalExists(): Task<boolean> {
    return this.disk.handlers().stat({ path: JOURNAL }) !== null
  }

  get storage(): Environment {
    return environment({ Clock: this.clock.handlers, Random: this.#chance(), FileSystem: this.#files() })
  }

  #chance(): PortHandlers {
    return { uint32: () => this.random.uint32() }
  }

  #files(): PortHandlers {
    const handlers = this.disk.handlers() as unknown as Record<string, (input: object) => unknown>
    const files: Record<string, (input: object) => unknown> = {}
    for (const [method, operation] of Object.entries(handlers)) {
      files[method] = (input) =>
        CHANGES.has(method) ? this.#change(method, input, operation) : operation(input)
    }
    return files as PortHandlers
  }

  /** Takes a little time, so that steps interleave; dies where it is to die. */
  *#change(method: string, input: object, operation: (input: object) => unknown): Task<unknown> {
    yield* Clock.sleep({ ms: method === 'sync' ? this.syncMs : this.changes % 3 })
    this.changes += 1
    this.log.push(`${method} ${(input as { path?: string }).path ?? (input as { from: string }).from}`)
    const dies = this.death?.at === this.changes
    if (dies && this.death?.effect === 'torn' && method === 'write') {
      const { bytes } = input as { bytes: Uint8Array }
      operation({ ...input, bytes: bytes.subarray(0, bytes.length >> 1) })
    }
    if (dies && this.death?.effect !== 'applied') return this.#die()
    const result = operation(input)
    return dies ? this.#die() : result
  }

  #die(): never {
    this.runtime.crash()
    throw new OperatingError('internal', 'the process is dead')
  }
}

function* provideTask<A>(env: Environment, task: Task<A>): Task<A> {
  return yield* provide(env, task)
}

/** Everything below a directory: path to content, directories as null. */
export function tree(disk: SimulatedDisk, root: string): Record<string, string | null> {
  const files = disk.handlers()
  const found: Record<string, string | null> = {}
  const walk = (path: string): void => {
    for (const { name, type } of files.list({ path })) {
      const below = `${path === '/' ? '' : path}/${name}`
      if (type === 'directory') {
        found[below] = null
        walk(below)
      } else {
        const bytes = files.read({ path: below, offset: 0, length: 1 << 24 })
        found[below] = new TextDecoder().decode(bytes)
      }
    }
  }
  if (files.stat({ path: root }) !== null) walk(root)
  return found
}

/** Reads the journal that lies on a disk. */
export function journalOf(disk: SimulatedDisk): JournalEntry[] {
  const entries: JournalEntry[] = []
  const task = readJournal({
    path: JOURNAL,
    checksums: nativeChecksums,
    onEntry: (entry) => entries.push(entry),
  })
  const exit = new Process(disk).drive(task)
  if (exit?.kind !== 'success') throw exit?.kind === 'failure' ? exit.error : new Error('no journal')
  return entries
}
