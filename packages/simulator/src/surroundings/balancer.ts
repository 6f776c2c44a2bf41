import type { PortHandler, TrafficContract } from '@dr-drill/runbook-core'
import { Lasting, Refusals, refused } from './counted.ts'

/** How often a backend's health is looked at, ms. */
const CHECK_INTERVAL_MS = 5_000

/** What a load balancer is made from. */
export interface BalancerOptions {
  readonly nowMs: () => number
  /** Where clients of every pool were sent before anybody changed it. */
  readonly before: string
  /** Drill time since when a host answers the balancer without a break; null: it does not. */
  readonly answersSince: (host: string) => number | null
  readonly met: (what: string) => void
}

/** Pools of one backend each, which gets clients while its health checks pass. */
export class Balancer {
  readonly handlers: Pick<PortHandler<TrafficContract>, 'backends' | 'route'>
  readonly refusals = new Refusals()
  readonly swallowing = new Lasting()
  readonly #options: BalancerOptions
  readonly #pools = new Map<string, { readonly backend: string; readonly routedAtMs: number }>()

  constructor(options: BalancerOptions) {
    this.#options = options
    this.handlers = {
      backends: ({ pool }) => this.backendsOf(pool),
      route: ({ pool, backend }) => this.#route(pool, backend),
    }
  }

  /** The host that a pool's clients are sent to, whether it answers or not. */
  destinationOf(pool: string): string {
    return this.#pools.get(pool)?.backend ?? this.#options.before
  }

  /** Hosts that receive the pool's clients now. */
  backendsOf(pool: string): readonly string[] {
    const { nowMs, answersSince } = this.#options
    const routed = this.#pools.get(pool)
    const backend = this.destinationOf(pool)
    const since = answersSince(backend)
    // A backend is looked at when it is put in, and then at each interval.
    const checkedAt = Math.max(routed?.routedAtMs ?? 0, nowMs() - (nowMs() % CHECK_INTERVAL_MS))
    return since !== null && since <= checkedAt ? [backend] : []
  }

  #route(pool: string, backend: string): void {
    if (this.refusals.meets()) {
      this.#options.met('route-refused')
      throw refused('the load balancer', pool)
    }
    if (this.swallowing.holds) this.#options.met('route-swallowed')
    else this.#pools.set(pool, { backend, routedAtMs: this.#options.nowMs() })
  }
}
