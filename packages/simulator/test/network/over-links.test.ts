import {
  Alerts,
  Dns,
  type Environment,
  environment,
  invariant,
  Notifier,
  ObjectStore,
  OperatingError,
  type PortHandlers,
  type Task,
  Traffic,
} from '@dr-drill/runbook-core'
import { storeOverLinks, surroundingsOverLinks } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { TestNetwork } from './support.ts'

const SHA256 = '0'.repeat(64)

function world(net: TestNetwork, cuts: string[] = []): Environment {
  const route = { network: net.network, from: 'recovery-host', client: 'root' } as const
  const did = <A>(what: string, answer: A): A => {
    net.acted.push(what)
    return answer
  }
  const store = storeOverLinks(
    route,
    {
      list: () => did('list', { objects: [], prefixes: [], cursor: null }),
      head: () => did('head', null),
      versions: () => did('versions', { versions: [], cursor: null }),
      get: () => did('get', { bytes: new Uint8Array(900), etag: 'e', versionId: null }),
      download: () => did('download', { sizeBytes: 1_000, sha256: SHA256, etag: 'e', versionId: null }),
      put: () => did('put', { etag: 'e' }),
      upload: () => did('upload', { etag: 'e' }),
    },
    (name) => (name === 'archive' ? 'archive' : 'source'),
    { sizeBytes: () => 2_000, cut: (path, part) => void cuts.push(`${path} ${part}`) },
  )
  const around = surroundingsOverLinks(route, {
    Dns: { resolve: () => did('resolve', []), update: () => did('update', undefined) },
    Traffic: {
      backends: () => did('backends', []),
      route: () => did('route', undefined),
      fence: () => did('fence', { proof: 'off' }),
    },
    Alerts: { firing: () => did('firing', []), targets: () => did('targets', []) },
    Notifier: { send: () => did('send', undefined) },
  })
  return environment({ ObjectStore: store, ...around } as unknown as Record<string, PortHandlers>)
}

/** Performs a task and tells its error's code, or `done`, and how long it took. */
function performed(net: TestNetwork, ports: Environment, task: Task<unknown>): readonly [string, number] {
  const before = net.kernel.nowMs
  const exit = net.processes.drive(net.processes.open('caller'), task, ports)
  const took = net.kernel.nowMs - before
  if (exit?.kind === 'failure' && exit.error instanceof OperatingError) return [exit.error.code, took]
  invariant(exit?.kind === 'success', 'it ends by a value or an operating error')
  return ['done', took]
}

const at = { store: 'source', key: 'k' }
const CALLS: readonly (readonly [string, string, () => Task<unknown>, number])[] = [
  ['source', 'list', () => ObjectStore.list({ store: 'source', prefix: '' }), 0],
  ['source', 'head', () => ObjectStore.head(at), 0],
  ['source', 'versions', () => ObjectStore.versions({ store: 'source', prefix: '' }), 0],
  ['source', 'get', () => ObjectStore.get({ ...at, sizeBytesMax: 1_000 }), 0],
  ['source', 'download', () => ObjectStore.download({ ...at, path: '/f', mode: 0o600 }), 1_000],
  [
    'archive',
    'put',
    () => ObjectStore.put({ store: 'archive', key: 'k', bytes: new Uint8Array(9), ifAbsent: true }),
    0,
  ],
  [
    'archive',
    'upload',
    () => ObjectStore.upload({ store: 'archive', key: 'k', path: '/f', ifAbsent: true, sha256: SHA256 }),
    2_000,
  ],
  ['dns', 'resolve', () => Dns.resolve({ name: 'n' }), 0],
  ['dns', 'update', () => Dns.update({ name: 'n', address: 'a', ttlMs: 1 }), 0],
  ['balancer', 'backends', () => Traffic.backends({ pool: 'p' }), 0],
  ['balancer', 'route', () => Traffic.route({ pool: 'p', backend: 'b' }), 0],
  ['old-primary', 'fence', () => Traffic.fence({ host: 'h' }), 0],
  ['monitoring', 'firing', () => Alerts.firing({}), 0],
  ['monitoring', 'targets', () => Alerts.targets({}), 0],
  ['notifier', 'send', () => Notifier.send({ channel: 'c', subject: 's', body: 'b' }), 0],
]

test.each(CALLS)('over the link to %s goes %s, and takes its time', (place, name, call, ms) => {
  const net = new TestNetwork()
  expect(performed(net, world(net), call())).toEqual(['done', ms])
  expect(net.acted).toEqual([name])
  const cutOff = new TestNetwork()
  cutOff.network.partition('recovery-host', place as 'source')
  const isStore = place === 'source' || place === 'archive'
  expect(performed(cutOff, world(cutOff), call())).toEqual(
    isStore ? ['store-unavailable', 30_000] : ['connection-failed', 10_000],
  )
  expect(cutOff.acted).toEqual([])
})

test('of a download that is cut, such a part has come', () => {
  const net = new TestNetwork()
  const cuts: string[] = []
  const ports = world(net, cuts)
  net.kernel.after(300, () => net.network.cut('recovery-host'))
  expect(performed(net, ports, ObjectStore.download({ ...at, path: '/f', mode: 0o600 }))).toEqual([
    'store-unavailable',
    300,
  ])
  expect(cuts).toEqual(['/f 0.3'])
})
