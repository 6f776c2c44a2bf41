import {
  type Call,
  type Middleware,
  type ObjectListing,
  type Outcome,
  Settle,
  type Task,
} from '@dr-drill/runbook-core'
import type { SimulatedDisk } from '../../disk/index.ts'
import type { JournalTape } from './journal-tape.ts'

const ENGINE = 'stemedb-api.service'
/** Where the engine listens when nothing is configured: on its own host alone. */
const DEFAULT_ADDRESS = '127.0.0.1:18180'
/** Writes of the port FileSystem that add nothing: fsyncs. */
const BARRIERS: ReadonlySet<string> = new Set(['sync', 'syncDirectory'])
/** Ports whose writes stand one by one in the journal. */
const ANNOUNCED: ReadonlySet<string> = new Set(['Services', 'Dns', 'Traffic', 'Notifier', 'ObjectStore'])

/** Something after which clients reach the restored server. */
export interface Exposure {
  readonly what: 'route' | 'dns' | 'bind'
  readonly detail: string
  /** Virtual time, ms. */
  readonly at: number
  /** Whether the journal then said that this step had succeeded. */
  readonly hadSucceeded: (step: string) => boolean
  /** Timers that were enabled then. */
  readonly timers: ReadonlySet<string>
  /** Whether the server has answered since the run started it last. */
  readonly hasAnswered: boolean
}

/**
 * Sees what a run's actions do to the world, below everything that the run tells of itself. Stands between actions and ports; changes
 * nothing and no time passes in it.
 */
export class Witness {
  readonly exposures: Exposure[] = []
  /** Keys that the run wrote, or tried to write, into the source. */
  readonly sourceWrites: string[] = []
  /** First parts of the keys that listings of the source showed to the run: the names of backups among them. */
  readonly shownNames = new Set<string>()
  /** Paths that the run wrote, made, moved or removed. */
  readonly touchedPaths = new Set<string>()
  /** `Port.method` of other writes, and how often. */
  readonly acted = new Map<string, number>()
  /** Most bytes on the host's disk before the engine first started, above those that lay there at the beginning. */
  peakBytes = 0
  readonly #disk: SimulatedDisk
  readonly #tape: JournalTape
  /** Address that the engine's last process was told to listen on; null: none has begun. */
  address: string | null = null
  readonly #now: () => number
  readonly #servedSince: () => number | null
  readonly #bytesBefore: number
  readonly #timers = new Set<string>()
  #hasStarted = false
  /** When the run started the engine last, and whether it has been seen to answer since. */
  #startedAt = 0
  #answeredAt = -1

  constructor(disk: SimulatedDisk, tape: JournalTape, now: () => number, servedSince: () => number | null) {
    this.#disk = disk
    this.#tape = tape
    this.#now = now
    this.#servedSince = servedSince
    this.#bytesBefore = disk.usedBytes
  }

  readonly middleware: Middleware = (call, next) => {
    if (call.port === 'Http') return this.#asks(next(call))
    if (call.access !== 'write') {
      return call.port === 'ObjectStore' && call.method === 'list' ? this.#lists(call, next) : next(call)
    }
    this.#measure()
    if (call.port === 'FileSystem') {
      if (!BARRIERS.has(call.method)) this.#touch(call.input as Readonly<Record<string, unknown>>)
      return next(call)
    }
    if (!ANNOUNCED.has(call.port)) return next(call)
    return this.#acts(call, next)
  };

  *#asks(outcome: Outcome<unknown>): Task<unknown> {
    const answer = yield* new Settle(outcome)
    this.#answeredAt = this.#now()
    return answer
  }

  *#lists(call: Call<unknown>, next: (call: Call<unknown>) => Outcome<unknown>): Task<unknown> {
    const listing = (yield* new Settle(next(call))) as ObjectListing
    if ((call.input as { readonly store: string }).store === 'source') {
      for (const key of [...listing.prefixes, ...listing.objects.map((object) => object.key)])
        this.shownNames.add(key.split('/', 1)[0] ?? '')
    }
    return listing
  }

  #measure(): void {
    if (this.#hasStarted) return
    this.peakBytes = Math.max(this.peakBytes, this.#disk.usedBytes - this.#bytesBefore)
  }

  #touch(input: Readonly<Record<string, unknown>>): void {
    for (const name of ['path', 'from', 'to']) {
      const path = input[name]
      if (typeof path === 'string') this.touchedPaths.add(path)
    }
  }

  #acts(call: Call<unknown>, next: (call: Call<unknown>) => Outcome<unknown>): Outcome<unknown> {
    const { port, method } = call
    const input = call.input as Readonly<Record<string, string>>
    if (port === 'ObjectStore') {
      if (method === 'download') this.#touch(input)
      else if (input.store === 'source') this.sourceWrites.push(input.key ?? '')
    } else this.#count(`${port}.${method}`)
    if (port === 'ObjectStore' || port === 'Notifier') return next(call)
    return this.#after(next(call), `${port}.${method}`, input)
  }

  *#after(outcome: Outcome<unknown>, what: string, input: Readonly<Record<string, string>>): Task<unknown> {
    const result = yield* new Settle(outcome)
    this.#measure()
    const name = input.name ?? ''
    if (what === 'Services.enable') this.#timers.add(name)
    if (what === 'Services.disable') this.#timers.delete(name)
    if (what === 'Services.start' && name === ENGINE) {
      this.#hasStarted = true
      this.#startedAt = this.#now()
    }
    if (what === 'Traffic.route') this.#expose('route', `${input.pool} to ${input.backend}`)
    if (what === 'Dns.update') this.#expose('dns', `${name} to ${input.address}`)
    return result
  }

  /** A process of the engine begins, whoever started it: one that listens for everybody is reached by who knows its address. */
  launched(service: string, configuration: string): void {
    if (service !== ENGINE) return
    this.address = /^STEMEDB_BIND_ADDR=(\S+)$/m.exec(configuration)?.[1] ?? DEFAULT_ADDRESS
    if (this.isPublic) this.#expose('bind', `listens on ${this.address}`)
  }

  /** Whether the engine's last process listens for others than its own host. */
  get isPublic(): boolean {
    return this.address !== null && !/^(127\.|\[?::1|localhost)/.test(this.address)
  }

  #expose(what: Exposure['what'], detail: string): void {
    const succeeded = new Set<string>()
    for (const { event } of this.#tape.events) {
      if (event.type === 'step-succeeded') succeeded.add(event.step)
    }
    this.exposures.push({
      what,
      detail,
      at: this.#now(),
      hadSucceeded: (step) => succeeded.has(step),
      timers: new Set(this.#timers),
      hasAnswered: Math.max(this.#servedSince() ?? -1, this.#answeredAt) >= this.#startedAt,
    })
  }

  #count(what: string): void {
    this.acted.set(what, (this.acted.get(what) ?? 0) + 1)
  }
}
