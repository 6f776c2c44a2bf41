import { environment, type PortHandlers } from '@dr-drill/runbook-core'
import { STEMEDB_ENDPOINT, STEMEDB_PATHS, stemedbReadback } from '@dr-drill/runbook-core/stemedb'
import {
  clockHandlers,
  Kernel,
  openEngine,
  RandomStream,
  randomHandlers,
  SimulatedDisk,
  StemedbApi,
} from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { driveBounded } from '../bounded.ts'
import { bytesOf, type FuzzTarget, textOf } from '../fuzz-target.ts'
import { shapeOf } from '../outcome.ts'

const ASSERTION =
  '{"id":"a-1","concept_path":"a/b","predicate":"is","value":{"x":[1,2.5,null,true]},"confidence":0.5,"authority_tier":"expert"}'
const QUERY = '{"concept_path":"a/b","predicate":"is","lens":"consensus","limit":10,"cursor":null}'

const world = engineWorld()

function engineWorld() {
  const disk = new SimulatedDisk()
  for (const path of [STEMEDB_PATHS.wal, STEMEDB_PATHS.db]) disk.place(`${path}/.keep`, new Uint8Array(0))
  const ports: Record<string, unknown> = {
    FileSystem: disk.handlers(),
    Clock: clockHandlers(new Kernel(), { epochMs: Date.UTC(2026, 1, 11) }),
    Random: randomHandlers(RandomStream.fromSeed(1)),
  }
  const ports_ = environment(ports as Record<string, PortHandlers>)
  const engine = driveBounded(
    openEngine({
      walDirectory: STEMEDB_PATHS.wal,
      dbDirectory: STEMEDB_PATHS.db,
      checksums: nativeChecksums,
    }),
    ports_,
  )
  return { api: new StemedbApi(engine, 0, { instance: null, adminToken: 'token' }), ports: ports_ }
}

/** Bodies sent to the API: the first line is the path. */
export const apiRequest: FuzzTarget = {
  name: 'api-request',
  corpus: [
    `/v1/assert\n${ASSERTION}`,
    `/v1/query\n${QUERY}`,
    '/v1/query\n{"concept_path":"*","lens":"position"}',
    '/v1/admin/rotate\n{}',
    '/v1/admin/checkpoint\n{}',
  ].map(bytesOf),
  dictionary: [
    '"lens":"',
    '"limit":',
    '"cursor":"',
    '"concept_path":',
    '"value":',
    '__proto__',
    '[[[[[[[[',
    '1e400',
    '\\ud800',
    '"authority_tier":"',
  ],
  read(input) {
    const cut = input.indexOf(10)
    const path = textOf(input.subarray(0, cut < 0 ? input.length : cut))
    const answer = driveBounded(
      world.api.handle({
        method: 'POST',
        path,
        body: input.subarray(cut + 1),
        fromLoopback: true,
        authorization: 'Bearer token',
      }),
      world.ports,
    )
    const { error } = JSON.parse(answer.body) as { error?: { code?: unknown; message?: unknown } }
    return `${answer.status} ${shapeOf(`${String(error?.code ?? '')} ${String(error?.message ?? '')}`)}`
  },
}

const PAGE = `{"assertions":[${ASSERTION.replace('{', '{"position":"000000000000001","timestamp":"2026-02-11T00:05:00.000Z","digest":"x",')}],"cursor":null}`

/** What a stranger may answer when all records are read back. */
export const apiAnswer: FuzzTarget = {
  name: 'api-answer',
  corpus: [
    PAGE,
    PAGE.replace('"cursor":null', '"cursor":"000000000000001"'),
    '{"assertions":[],"cursor":null}',
  ].map(bytesOf),
  dictionary: [
    '"cursor":"',
    '"position":"',
    '"assertions":[',
    '__proto__',
    '000000000000002',
    '"id":"',
    '\\u0000',
  ],
  read(input) {
    const Http = { ask: () => ({ status: 200, contentType: 'application/json', text: textOf(input) }) }
    const page = driveBounded(
      stemedbReadback({ checksums: nativeChecksums }).page({
        endpoint: STEMEDB_ENDPOINT,
        cursor: null,
        timeoutMs: 1000,
      }),
      environment({ Http: Http as unknown as PortHandlers }),
    )
    return `${Math.min(9, page.records.length)} records, ${page.cursor === null ? 'the last page' : 'more'}`
  },
}
