import type {
  AlertsContract,
  DnsContract,
  NotifierContract,
  PortHandler,
  TrafficContract,
} from '@dr-drill/runbook-core'
import type { Kernel, RandomStream } from '../kernel/index.ts'
import { Balancer } from './balancer.ts'
import type { SurroundingsControl } from './contract.ts'
import { Monitoring } from './monitoring.ts'
import { NameService } from './name-service.ts'
import { People } from './people.ts'

/** Time to live of names before anybody changes them, ms. */
const OLD_TTL_MS = 300_000
/** Resolvers that clients use. */
export const RESOLVERS = ['resolver-1', 'resolver-2', 'resolver-3'] as const

/** The ports of what surrounds a host. */
export interface SurroundingsPorts {
  readonly Dns: PortHandler<DnsContract>
  readonly Traffic: PortHandler<TrafficContract>
  readonly Alerts: PortHandler<AlertsContract>
  readonly Notifier: PortHandler<NotifierContract>
}

/** What surrounds a restore is made from. */
export interface SurroundingsOptions {
  readonly kernel: Kernel
  /** History time at virtual time 0, ms. */
  readonly epochMs: number
  readonly random: RandomStream
  /** The host that clients were sent to before. */
  readonly oldPrimary: string
  /** What monitoring scrapes. */
  readonly targets: readonly string[]
  /** Drill time since when a host answers the balancer, or a target monitoring, without a break; null: it does not. */
  readonly hostAnswersSince: (host: string) => number | null
  readonly targetAnswersSince: (target: string) => number | null
  /** Alerts that the state of what is watched makes fire; default: none. */
  readonly alertRules?: () => readonly string[]
  /** Keeps a host from serving and archiving; answers what proves it. @throws when it cannot */
  readonly fence: (host: string) => string
}

/** Names, balancer, monitoring and people of one world. */
export class Surroundings implements SurroundingsControl {
  readonly ports: SurroundingsPorts
  readonly names: NameService
  readonly balancer: Balancer
  readonly monitoring: Monitoring
  readonly people: People
  #listeners: readonly ((what: string) => void)[] = []

  constructor(options: SurroundingsOptions) {
    const { kernel, epochMs, random, oldPrimary, targets } = options
    const nowMs = () => kernel.nowMs
    const met = (what: string): void => {
      for (const listener of this.#listeners) listener(what)
    }
    const before = { address: oldPrimary, ttlMs: OLD_TTL_MS }
    this.names = new NameService({ nowMs, random: random.split('names'), resolvers: RESOLVERS, before, met })
    this.balancer = new Balancer({ nowMs, before: oldPrimary, answersSince: options.hostAnswersSince, met })
    this.monitoring = new Monitoring({
      nowMs,
      historyNowMs: () => epochMs + kernel.nowMs,
      targets,
      answersSince: options.targetAnswersSince,
      rules: options.alertRules ?? (() => []),
      met,
    })
    this.people = new People(nowMs, met)
    this.ports = {
      Dns: this.names.handlers,
      Traffic: {
        ...this.balancer.handlers,
        fence: ({ host }) => ({ proof: options.fence(host) }),
      },
      Alerts: this.monitoring.handlers,
      Notifier: this.people.handlers,
    }
  }

  refuseDnsUpdates(count: number): () => void {
    return this.names.refusals.refuse(count)
  }

  swallowDnsUpdates(): () => void {
    return this.names.swallowing.begin()
  }

  keepStaleDns(resolver: string, extraMs: number): () => void {
    return this.names.keepStale(resolver, extraMs)
  }

  refuseRouting(count: number): () => void {
    return this.balancer.refusals.refuse(count)
  }

  swallowRouting(): () => void {
    return this.balancer.swallowing.begin()
  }

  fireAlert(name: string): () => void {
    return this.monitoring.fire(name)
  }

  blindMonitoring(ms: number): () => void {
    return this.monitoring.blind(ms)
  }

  refuseNotices(count: number): () => void {
    return this.people.refusals.refuse(count)
  }

  delayApprovals(ms: number | null): () => void {
    return this.people.delayApprovals(ms)
  }

  onMet(listener: (what: string) => void): void {
    this.#listeners = [...this.#listeners, listener]
  }
}
