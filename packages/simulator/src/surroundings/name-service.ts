import type { DnsContract, PortHandler } from '@dr-drill/runbook-core'
import type { RandomStream } from '../kernel/index.ts'
import { Lasting, Refusals, refused } from './counted.ts'

/** What a name leads to. */
export interface NameRecord {
  readonly address: string
  readonly ttlMs: number
}

/** A resolver's memory of a name that the zone has changed meanwhile. */
interface Remembered {
  readonly record: NameRecord
  /** When it looks again, drill time ms. */
  readonly untilMs: number
}

/** What a name service is made from. */
export interface NameServiceOptions {
  readonly nowMs: () => number
  readonly random: RandomStream
  readonly resolvers: readonly string[]
  /** What every name led to before anybody changed it. */
  readonly before: NameRecord
  readonly met: (what: string) => void
}

/**
 * A zone, and resolvers that many clients keep busy: each holds what it has learnt for its time to live, counted from an instant of its
 * own, and then looks again. After a change they follow one by one.
 */
export class NameService {
  readonly handlers: PortHandler<DnsContract>
  readonly refusals = new Refusals()
  readonly swallowing = new Lasting()
  readonly #options: NameServiceOptions
  readonly #zone = new Map<string, NameRecord>()
  /** By resolver and name; only while it differs from the zone. */
  readonly #remembered = new Map<string, Remembered>()
  readonly #staleMs = new Map<string, number>()

  constructor(options: NameServiceOptions) {
    this.#options = options
    this.handlers = {
      resolve: ({ name }) => options.resolvers.map((resolver) => this.#resolve(resolver, name)),
      update: ({ name, address, ttlMs }) => this.#update(name, { address, ttlMs }),
    }
  }

  /** What the zone itself says. */
  recordOf(name: string): NameRecord {
    return this.#zone.get(name) ?? this.#options.before
  }

  /** Addresses that clients are sent to now, each once. */
  addressesOf(name: string): readonly string[] {
    return [...new Set(this.#options.resolvers.map((resolver) => this.#held(resolver, name).record.address))]
  }

  /** Clients ask every resolver: what they learn of these names, and of all that were ever changed. */
  askedNow(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
    const asked = new Set([...names, ...this.#zone.keys()])
    const learn = (name: string) =>
      this.#options.resolvers.flatMap((resolver) => this.#resolve(resolver, name).addresses)
    return new Map([...asked].map((name) => [name, [...new Set(learn(name))]]))
  }

  /** A resolver keeps what it has so much longer than it may. */
  keepStale(resolver: string, extraMs: number): () => void {
    this.#staleMs.set(resolver, (this.#staleMs.get(resolver) ?? 0) + extraMs)
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      this.#staleMs.set(resolver, (this.#staleMs.get(resolver) ?? 0) - extraMs)
    }
  }

  #resolve(resolver: string, name: string) {
    const { record, leftMs, isStale } = this.#held(resolver, name)
    if (isStale) this.#options.met(`dns-stale ${resolver}`)
    return { resolver, addresses: [record.address], ttlMs: leftMs }
  }

  /** What a resolver answers now, for how long still, and whether it may no longer. */
  #held(resolver: string, name: string) {
    const current = this.recordOf(name)
    const remembered = this.#remembered.get(`${resolver} ${name}`)
    if (remembered === undefined) return { record: current, leftMs: current.ttlMs, isStale: false }
    const now = this.#options.nowMs()
    const untilMs = remembered.untilMs + (this.#staleMs.get(resolver) ?? 0)
    if (now >= untilMs) return { record: current, leftMs: current.ttlMs, isStale: false }
    const { record } = remembered
    return { record, leftMs: untilMs - now, isStale: now >= remembered.untilMs }
  }

  #update(name: string, record: NameRecord): void {
    if (this.refusals.meets()) {
      this.#options.met('dns-refused')
      throw refused('the name service', name)
    }
    if (this.swallowing.holds) {
      this.#options.met('dns-swallowed')
      return
    }
    const now = this.#options.nowMs()
    const before = this.recordOf(name)
    if (before.address === record.address && before.ttlMs === record.ttlMs) return
    for (const resolver of this.#options.resolvers) {
      const key = `${resolver} ${name}`
      const remembered = this.#remembered.get(key)
      // Who has not even seen the last change still waits for the same instant.
      if (remembered !== undefined && now < remembered.untilMs) continue
      this.#remembered.set(key, {
        record: before,
        untilMs: now + this.#sinceLookedMs(key, now, before.ttlMs),
      })
    }
    this.#zone.set(name, record)
  }

  /** How much is left of a time to live that began at an instant of the resolver's own. */
  #sinceLookedMs(key: string, now: number, ttlMs: number): number {
    if (ttlMs === 0) return 0
    const phase = this.#options.random.split(key).integer(0, ttlMs - 1)
    return ttlMs - ((now + phase) % ttlMs)
  }
}
