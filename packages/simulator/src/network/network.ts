import { type Environment, OperatingError, type Outcome, Settle, type Task } from '@dr-drill/runbook-core'
import type { Kernel, Process, Processes, RandomStream } from '../kernel/index.ts'
import type { Durations } from '../machine/index.ts'
import type { LinkQuality, LinkTrouble, NetworkControl, Place } from './contract.ts'
import { Link } from './link.ts'
import type { LinkRequest } from './request.ts'

/** What a network is made from. */
export interface NetworkOptions {
  readonly kernel: Kernel
  readonly processes: Processes
  readonly random: RandomStream
  readonly durations: Durations
}

/** The links between the places of a world; each is made when it is used first. */
export class Network implements NetworkControl {
  readonly #options: NetworkOptions
  readonly #links = new Map<string, Link>()
  #listeners: readonly ((from: Place, to: Place, how: LinkTrouble) => void)[] = []
  #late: { readonly courier: Process; readonly environment: Environment } | null = null

  constructor(options: NetworkOptions) {
    this.#options = options
  }

  /** Requests that were held until their caller had given up act in this environment, when their handlers need one. */
  performLateIn(environment: Environment): void {
    this.#late = { courier: this.#options.processes.open('network'), environment }
  }

  /** Sends a request from one place to another. @throws what the request throws */
  send<A>(from: Place, to: Place, request: LinkRequest<A>): Outcome<A> {
    return this.link(from, to).send(request)
  }

  /** What `from` sends to `to`, and what comes back. */
  link(from: Place, to: Place): Link {
    const key = `${from} ${to}`
    const known = this.#links.get(key)
    if (known !== undefined) return known
    const { kernel, random, durations } = this.#options
    const made = new Link({
      kernel,
      random: () => random.split(key),
      quality: {
        latencyMs: durations.linkLatencyMs,
        bytesPerSecond: durations.linkBytesPerSecond,
        lostPerMille: 0,
      },
      scale: durations.scale,
      met: (how) => {
        for (const listener of this.#listeners) listener(from, to, how)
      },
      performLate: (act) => this.#performLate(act),
    })
    this.#links.set(key, made)
    return made
  }

  /** Whether `from` would get an answer from `to` now. */
  isOpen(from: Place, to: Place): boolean {
    return this.#links.get(`${from} ${to}`)?.isOpen ?? true
  }

  /** All that is under way for a client at a place breaks off, since it is gone; null: for all there, since the machine is. */
  cut(from: Place, client: string | null = null): void {
    for (const [key, link] of this.#links) if (key.startsWith(`${from} `)) link.cut(client)
  }

  degrade(from: Place, to: Place, quality: Partial<LinkQuality>): () => void {
    // A copy for each: what is restored is this very change, even if the same record is given twice.
    return both(this.link(from, to).degrade({ ...quality }), this.link(to, from).degrade({ ...quality }))
  }

  partition(from: Place, to: Place, options: { readonly oneWay?: boolean } = {}): () => void {
    if (options.oneWay !== true)
      return both(this.link(from, to).block('both'), this.link(to, from).block('both'))
    return both(this.link(from, to).block('answers'), this.link(to, from).block('requests'))
  }

  hold(from: Place, to: Place): () => void {
    return this.link(from, to).hold()
  }

  onMet(listener: (from: Place, to: Place, how: LinkTrouble) => void): void {
    this.#listeners = [...this.#listeners, listener]
  }

  #performLate(act: () => Outcome<unknown>): void {
    if (this.#late === null) return
    const { courier, environment } = this.#late
    courier.start(unattended(act), environment)
  }
}

/** Nobody hears of what it came to. */
function* unattended(act: () => Outcome<unknown>): Task<void> {
  try {
    yield* new Settle(act())
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error
  }
}

function both(first: () => void, second: () => void): () => void {
  return () => {
    first()
    second()
  }
}
