import type {
  AlertsContract,
  DnsContract,
  NotifierContract,
  PortHandler,
  TrafficContract,
} from '@dr-drill/runbook-core'

/** The ports of what surrounds a host. */
export interface SurroundingsPorts {
  readonly Dns: PortHandler<DnsContract>
  readonly Traffic: PortHandler<TrafficContract>
  readonly Alerts: PortHandler<AlertsContract>
  readonly Notifier: PortHandler<NotifierContract>
}

/** Names, balancer, monitoring and people of one world. */
export class Surroundings {
  readonly #zone = new Map<string, { readonly address: string; readonly ttlMs: number }>()
  readonly #pools = new Map<string, string>()
  readonly #endpointsUp: () => readonly string[]

  /** `endpointsUp` names what monitoring would see answer now. */
  constructor(endpointsUp: () => readonly string[]) {
    this.#endpointsUp = endpointsUp
  }

  get ports(): SurroundingsPorts {
    return {
      Dns: {
        resolve: ({ name }) => {
          const entry = this.#zone.get(name)
          const addresses = entry === undefined ? [] : [entry.address]
          return [{ resolver: 'resolver-1', addresses, ttlMs: entry?.ttlMs ?? 0 }]
        },
        update: ({ name, address, ttlMs }) => void this.#zone.set(name, { address, ttlMs }),
      },
      Traffic: {
        backends: ({ pool }) => {
          const backend = this.#pools.get(pool)
          return backend === undefined ? [] : [backend]
        },
        route: ({ pool, backend }) => void this.#pools.set(pool, backend),
        fence: ({ host }) => ({ proof: `${host} is powered off` }),
      },
      Alerts: {
        firing: () => [],
        targets: () => this.#endpointsUp().map((name) => ({ name, up: true })),
      },
      Notifier: { send: () => undefined },
    }
  }
}
