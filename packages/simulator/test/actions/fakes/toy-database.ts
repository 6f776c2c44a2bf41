import {
  type DatabasePack,
  type EngineHealth,
  FileSystem,
  Http,
  type HttpContract,
  ObjectStore,
  OperatingError,
  type PortHandler,
  type Task,
} from '@dr-drill/runbook-core'

/** What a toy server holds and says; the checks of a restore are tried against it. */
export class ToyDatabase {
  health: EngineHealth = { healthy: true, recordCount: 3, instance: 'start-1', history: 'h', uptimeMs: 1 }
  /** Records by position: key and digest. */
  readonly served = new Map([
    ['1', { key: 'a', digest: 'd1' }],
    ['2', { key: 'b', digest: 'd2' }],
    ['3', { key: 'c', digest: 'd3' }],
  ])
  readonly written: string[] = []
  metrics = ['toy_records', 'toy_uptime', 'other_thing']
  /** Backups in the archive, newest first, and log segments there by history. */
  readonly backups: { readonly name: string; readonly history: string; readonly whole: boolean }[] = []
  readonly archived: string[] = []
  /** Meets every request first; a throw is the answer. */
  weather: (path: string) => void = () => undefined
  /** The key under which the server says that it stored what it was given. */
  storesAs: (key: string) => string = (key) => key

  readonly handlers: PortHandler<HttpContract> = {
    ask: ({ path }) => this.#answer(path, () => this.#read(path)),
    tell: ({ path, body }) => this.#answer(path, () => this.#write(String(body))),
  }

  #answer(path: string, work: () => unknown) {
    this.weather(path)
    return { status: 200, contentType: 'application/json', text: JSON.stringify(work() ?? null) }
  }

  #read(path: string): unknown {
    if (path === '/health') return this.health
    if (path === '/metrics') return this.metrics
    return path.startsWith('/at/') ? this.served.get(path.slice('/at/'.length)) : []
  }

  #write(key: string): unknown {
    if (!this.written.includes(key)) this.written.push(key)
    return { key: this.storesAs(key), position: String(this.served.size + 1) }
  }

  /** The pack that knows this database. */
  readonly pack = {
    name: 'Toy',
    units: (set: string) => (set === 'all' ? TOY_UNITS : null),
    probe: {
      startupLines: ['replaying', 'ready'],
      *health({ endpoint }: { endpoint: string }): Task<EngineHealth> {
        return (yield* ask(endpoint, '/health')) as EngineHealth
      },
      *query({ endpoint, subject }: { endpoint: string; subject: string }) {
        yield* ask(endpoint, `/query/${subject}`)
      },
      *recordAt({ endpoint, position }: { endpoint: string; position: string }) {
        return yield* ask(endpoint, `/at/${position}`)
      },
      *metrics({ endpoint }: { endpoint: string }) {
        return yield* ask(endpoint, '/metrics')
      },
      *write({ endpoint, key }: { endpoint: string; key: string }) {
        return JSON.parse(
          (yield* Http.tell({ ...request(endpoint, '/write'), method: 'POST', body: key })).text,
        )
      },
    },
    records: {
      // What a toy's placed file holds does not depend on its bytes: positions 1, 2 and 3.
      *recordsAt({ path, positions }: { path: string; positions: readonly string[] }) {
        yield* FileSystem.stat({ path })
        const placed = new Map([
          ['1', { key: 'a', digest: 'd1' }],
          ['2', { key: 'b', digest: 'd2' }],
          ['3', { key: 'c', digest: 'd3' }],
        ])
        return positions.map((position) => ({ position, record: placed.get(position) }))
      },
    },
    backup: {
      list: ({ store }: { store: string }) =>
        listing(store, () => this.backups.map(({ name }) => ({ name, namedAt: null }))),
      describe: ({ store, candidate }: { store: string; candidate: { name: string } }) =>
        listing(store, () => this.#describe(candidate.name)),
    },
    log: {
      list: ({ store }: { store: string }) =>
        listing(store, () => ({ segments: this.archived.map((history) => ({ history })), refused: [] })),
    },
  } as unknown as DatabasePack

  #describe(name: string) {
    const backup = this.backups.find((one) => one.name === name)
    if (backup?.whole !== true) return { kind: 'refused' }
    const description = { name, stopPosition: '4', recordCount: 4, history: backup.history }
    return { kind: 'usable', description }
  }
}

/** One listing request, answered by what the toy knows. */
function* listing<A>(store: string, answer: () => A): Task<A> {
  yield* ObjectStore.list({ store, prefix: '' })
  return answer()
}

function* ask(endpoint: string, path: string): Task<unknown> {
  return JSON.parse((yield* Http.ask(request(endpoint, path))).text)
}

const request = (endpoint: string, path: string) =>
  ({ endpoint, path, method: 'GET', timeoutMs: 1_000, responseBytesMax: 1_000 }) as const

const TOY_UNITS = ['toy.service', 'toy-backup.service', 'toy-backup.timer'].map((name) => ({ name }))

/** An answer that no server gives: the connection is refused. */
export const refused = (): never => {
  throw new OperatingError('connection-failed', 'nothing listens')
}
