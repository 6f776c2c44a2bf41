import type {
  AlertsContract,
  CallContext,
  DnsContract,
  NotifierContract,
  ObjectStoreContract,
  Outcome,
  PortHandler,
  TrafficContract,
} from '@dr-drill/runbook-core'
import type { Place } from './contract.ts'
import { linkFailure } from './link.ts'
import type { Network } from './network.ts'
import type { LinkRequest } from './request.ts'

/** How long a client of an object store waits for bytes, and a client of anything else for an answer, ms. */
const STORE_PATIENCE_MS = 30_000
const PATIENCE_MS = 10_000

const NOTHING = (): number => 0

/** Where the ports of somebody at a place lead. */
export interface NetworkRoute {
  readonly network: Network
  readonly from: Place
  /** Who it is: the account, as a rule. */
  readonly client: string
}

/** The files that a store's objects come from and go to. */
export interface TransferredFiles {
  sizeBytes(path: string): number
  /** The connection broke: only such a part of the file, from 0 to 1, had come. */
  cut(path: string, part: number): void
}

/**
 * The port ObjectStore as a place far from the stores has it. Objects that are downloaded or uploaded take their time; what is asked,
 * listed or put from memory is small and does not grow with the scale.
 */
export function storeOverLinks(
  { network, from, client }: NetworkRoute,
  below: PortHandler<ObjectStoreContract>,
  placeOf: (store: string) => Place,
  files: TransferredFiles,
): PortHandler<ObjectStoreContract> {
  const send = <A>(
    store: string,
    context: CallContext,
    request: Pick<LinkRequest<A>, 'act' | 'changes'> & Partial<LinkRequest<A>>,
  ): Outcome<A> =>
    network.send<A>(from, placeOf(store), {
      client,
      bytes: NOTHING,
      patienceMs: STORE_PATIENCE_MS,
      failure: linkFailure('store-unavailable', store, STORE_PATIENCE_MS),
      context,
      ...request,
    })
  return {
    list: (input, context) =>
      send(input.store, context, { act: () => below.list(input, context), changes: false }),
    head: (input, context) =>
      send(input.store, context, { act: () => below.head(input, context), changes: false }),
    versions: (input, context) =>
      send(input.store, context, { act: () => below.versions(input, context), changes: false }),
    get: (input, context) =>
      send(input.store, context, { act: () => below.get(input, context), changes: false }),
    download: (input, context) =>
      send(input.store, context, {
        act: () => below.download(input, context),
        changes: false,
        bytes: ({ sizeBytes }) => sizeBytes,
        onCut: (part) => files.cut(input.path, part),
      }),
    put: (input, context) =>
      send(input.store, context, { act: () => below.put(input, context), changes: true }),
    upload: (input, context) =>
      send(input.store, context, {
        act: () => below.upload(input, context),
        changes: true,
        bytes: () => files.sizeBytes(input.path),
      }),
  }
}

/** What surrounds a place, as it reaches it. */
export interface SurroundingPorts {
  readonly Dns: PortHandler<DnsContract>
  readonly Traffic: PortHandler<TrafficContract>
  readonly Alerts: PortHandler<AlertsContract>
  readonly Notifier: PortHandler<NotifierContract>
}

/** The ports of what surrounds a place, over its links to them. A fence reaches the fenced host itself. */
export function surroundingsOverLinks(
  { network, from, client }: NetworkRoute,
  below: SurroundingPorts,
): SurroundingPorts {
  const send = <A>(to: Place, changes: boolean, context: CallContext, act: () => Outcome<A>): Outcome<A> =>
    network.send<A>(from, to, {
      client,
      act,
      changes,
      bytes: NOTHING,
      patienceMs: PATIENCE_MS,
      failure: linkFailure('connection-failed', to, PATIENCE_MS),
      context,
    })
  const { Dns, Traffic, Alerts, Notifier } = below
  return {
    Dns: {
      resolve: (input, context) => send('dns', false, context, () => Dns.resolve(input, context)),
      update: (input, context) => send('dns', true, context, () => Dns.update(input, context)),
    },
    Traffic: {
      backends: (input, context) => send('balancer', false, context, () => Traffic.backends(input, context)),
      route: (input, context) => send('balancer', true, context, () => Traffic.route(input, context)),
      fence: (input, context) => send('old-primary', true, context, () => Traffic.fence(input, context)),
    },
    Alerts: {
      firing: (input, context) => send('monitoring', false, context, () => Alerts.firing(input, context)),
      targets: (input, context) => send('monitoring', false, context, () => Alerts.targets(input, context)),
    },
    Notifier: {
      send: (input, context) => send('notifier', true, context, () => Notifier.send(input, context)),
    },
  }
}
