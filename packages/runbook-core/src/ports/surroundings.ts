import { definePort } from '../effects/port.ts'

/** Name service. On targets without one these are recorders and say so (`recorded`). */
export interface DnsContract {
  /** What each configured resolver answers now. */
  resolve(input: { readonly name: string }): readonly {
    readonly resolver: string
    readonly addresses: readonly string[]
    readonly ttlMs: number
  }[]
  /** Points `name` at `address` (a reference such as `recovery-host`, resolved inside the port). */
  update(input: { readonly name: string; readonly address: string; readonly ttlMs: number }): void
}
export const Dns = definePort<DnsContract>('Dns', { resolve: 'read', update: 'write' })

/** Load balancer or whatever lets clients in. */
export interface TrafficContract {
  /** Backends that receive clients now. */
  backends(input: { readonly pool: string }): readonly string[]
  route(input: { readonly pool: string; readonly backend: string }): void
  /** Keeps a host from serving or archiving, for good: the old primary. Answers what proves it. */
  fence(input: { readonly host: string }): { readonly proof: string }
}
export const Traffic = definePort<TrafficContract>('Traffic', {
  backends: 'read',
  route: 'write',
  fence: 'write',
})

/** Monitoring. */
export interface AlertsContract {
  firing(input: Record<never, never>): readonly { readonly name: string; readonly since: number }[]
  /** Scrape targets and whether they answer. */
  targets(input: Record<never, never>): readonly { readonly name: string; readonly up: boolean }[]
}
export const Alerts = definePort<AlertsContract>('Alerts', { firing: 'read', targets: 'read' })

/** People. Only a recovery reaches real ones. */
export interface NotifierContract {
  send(input: { readonly channel: string; readonly subject: string; readonly body: string }): void
}
export const Notifier = definePort<NotifierContract>('Notifier', { send: 'write' })
