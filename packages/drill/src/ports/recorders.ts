import type {
  AlertsContract,
  DnsContract,
  NotifierContract,
  PortHandler,
  TrafficContract,
} from '@dr-drill/runbook-core'

/** Something that would have reached the surroundings of a real host. */
export type Recorded =
  | { readonly port: 'Dns'; readonly name: string; readonly address: string; readonly ttlMs: number }
  | { readonly port: 'Traffic'; readonly pool: string; readonly backend: string }
  | { readonly port: 'Traffic'; readonly fenced: string }
  | { readonly port: 'Notifier'; readonly channel: string; readonly subject: string; readonly body: string }

/**
 * DNS, traffic, alerts and notices where there are none: they remember what was asked, answer by what they remember, and reach
 * nobody. What a step does through them counts as `recorded`, never as exercised.
 */
export interface Recorders {
  readonly dns: PortHandler<DnsContract>
  readonly traffic: PortHandler<TrafficContract>
  readonly alerts: PortHandler<AlertsContract>
  readonly notifier: PortHandler<NotifierContract>
  readonly recorded: readonly Recorded[]
}

/**
 * Recorders that begin with nothing recorded. `onRecord` hears of each entry, to keep or show it; `endpointsUp` names what a
 * monitoring there would see.
 */
export function recorders(
  onRecord: (entry: Recorded) => void = () => {},
  endpointsUp: () => readonly string[] = () => [],
): Recorders {
  const recorded: Recorded[] = []
  const zone = new Map<string, { address: string; ttlMs: number }>()
  const pools = new Map<string, string>()
  const record = (entry: Recorded): void => {
    recorded.push(entry)
    onRecord(entry)
  }
  return {
    recorded,
    dns: {
      resolve({ name }) {
        const entry = zone.get(name)
        return [
          {
            resolver: 'recorded',
            addresses: entry === undefined ? [] : [entry.address],
            ttlMs: entry?.ttlMs ?? 0,
          },
        ]
      },
      update({ name, address, ttlMs }) {
        zone.set(name, { address, ttlMs })
        record({ port: 'Dns', name, address, ttlMs })
      },
    },
    traffic: {
      backends: ({ pool }) => (pools.has(pool) ? [pools.get(pool) as string] : []),
      route({ pool, backend }) {
        pools.set(pool, backend)
        record({ port: 'Traffic', pool, backend })
      },
      fence({ host }) {
        record({ port: 'Traffic', fenced: host })
        return { proof: 'recorded' }
      },
    },
    alerts: {
      firing: () => [],
      targets: () => endpointsUp().map((name) => ({ name, up: true })),
    },
    notifier: {
      send({ channel, subject, body }) {
        record({ port: 'Notifier', channel, subject, body })
      },
    },
  }
}
