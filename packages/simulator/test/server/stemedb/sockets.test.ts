import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OperatingError } from '@dr-drill/runbook-core'
import { type RunningStemedb, readConfiguration, startStemedbServer } from '@dr-drill/simulator/server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { httpFront } from '../../../src/server/stemedb/http-front.ts'

const TOKEN = 'a-token-of-this-test'

let directory: string
let server: RunningStemedb | null = null
let lines: string[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stemedb-sockets-'))
  for (const name of ['wal', 'db']) mkdirSync(join(directory, name))
  writeFileSync(join(directory, 'token'), `${TOKEN}\n`)
  lines = []
})
afterEach(async () => {
  await server?.close()
  server = null
  rmSync(directory, { recursive: true })
})

async function start(variables: Record<string, string> = {}): Promise<RunningStemedb> {
  server = await startStemedbServer(
    {
      STEMEDB_BIND_ADDR: '127.0.0.1:0',
      STEMEDB_WAL_DIR: join(directory, 'wal'),
      STEMEDB_DB_DIR: join(directory, 'db'),
      STEMEDB_ADMIN_TOKEN_FILE: join(directory, 'token'),
      STEMEDB_INSTANCE_TOKEN: 'instance-7',
      ...variables,
    },
    (line) => lines.push(line),
  )
  return server
}

const VALIDATION = {
  concept_path: 'test/dr_validation',
  predicate: 'restored',
  value: true,
  confidence: 1.0,
  authority_tier: 'expert',
}

const post = (url: string, message: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(message),
  })

/** Sends raw bytes and gives everything that comes back until the server closes. */
function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.on('data', (piece) => {
      answer += piece.toString('latin1')
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

test('the documented calls over real sockets and a real disk, and again after a restart', async () => {
  const first = await start()
  const asserted = await post(`${first.url}/v1/assert`, VALIDATION)
  expect(asserted.status).toBe(201)
  const { id, position } = (await asserted.json()) as { id: string; position: string }
  const auth = { authorization: `Bearer ${TOKEN}` }
  expect((await post(`${first.url}/v1/admin/rotate`, {}, auth)).status).toBe(200)
  expect((await post(`${first.url}/v1/admin/checkpoint`, {}, auth)).status).toBe(200)
  expect((await post(`${first.url}/v1/admin/checkpoint`, {})).status).toBe(401)
  await first.close()
  expect(await first.stopped).toBeNull()
  const second = await start({ RUST_LOG: 'warn' })
  const health = await (await fetch(`${second.url}/v1/health`)).json()
  expect(health).toMatchObject({
    status: 'healthy',
    assertion_count: 1,
    wal_segments: 2,
    instance: 'instance-7',
  })
  const query = { concept_path: 'test/dr_validation', predicate: 'restored', lens: 'recency' }
  const found = await (await post(`${second.url}/v1/query`, query)).json()
  expect(found).toMatchObject({ assertions: [{ ...VALIDATION, id, position }], cursor: null })
  expect(await (await fetch(`${second.url}/metrics`)).text()).toContain('\nstemedb_assertions 1\n')
  expect(readdirSync(join(directory, 'db'))).toEqual(['checkpoint-000000000001.kv'])
  expect(lines).toEqual([
    'Starting WAL recovery...',
    'Replayed 0 entries from WAL',
    'Rebuilding indexes...',
    `Startup complete, listening on 127.0.0.1:${first.port}`,
  ])
})

test('bodies beyond the limit are refused without being read, announced or not', async () => {
  const { port } = await start()
  const announced = await exchange(
    port,
    'POST /v1/assert HTTP/1.1\r\nhost: x\r\ncontent-length: 999999999\r\n\r\n',
  )
  expect(announced).toMatch(/^HTTP\/1\.1 413 /)
  const chunk = `${(65_536).toString(16)}\r\n${'x'.repeat(65_536)}\r\n`
  const chunked = `POST /v1/assert HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(3)}`
  expect(await exchange(port, chunked)).toMatch(/^HTTP\/1\.1 413 /)
})

test('what is not HTTP is answered 400 and cut off; the server goes on', async () => {
  const { port, url } = await start()
  expect(await exchange(port, 'SELECT * FROM assertions;\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  expect((await fetch(`${url}/v1/health`)).status).toBe(200)
})

test('a client that is too slow is answered 408 and cut off', async () => {
  const limits = { requestTimeoutMs: 50, idleTimeoutMs: 5000, connectionsMax: 4 }
  const front: Server = httpFront(async () => ({ status: 200, contentType: 'text/plain', body: '' }), limits)
  await new Promise<void>((resolve) => {
    front.listen(0, '127.0.0.1', resolve)
  })
  const { port } = front.address() as AddressInfo
  const answer = await exchange(port, 'POST /v1/assert HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf')
  expect(answer).toMatch(/^HTTP\/1\.1 408 /)
  await new Promise((resolve) => {
    front.close(resolve)
  })
})

test('a failure of the disk answers 503 and stops the server for good', async () => {
  const { url, stopped } = await start()
  expect((await post(`${url}/v1/assert`, VALIDATION)).status).toBe(201)
  rmSync(join(directory, 'wal'), { recursive: true })
  const refused = await post(`${url}/v1/assert`, VALIDATION)
  expect(refused.status).toBe(503)
  expect(await refused.json()).toMatchObject({ error: { code: 'unavailable' } })
  expect(await stopped).toMatchObject({ code: 'file-missing' })
  expect(lines.at(-1)).toMatch(/^ERROR Write-ahead log failed, stopping: /)
  await expect(fetch(`${url}/v1/health`)).rejects.toThrow()
})

test('an address that is taken is told with the way out', async () => {
  const stranger = createServer()
  await new Promise<void>((resolve) => {
    stranger.listen(0, '127.0.0.1', resolve)
  })
  const { port } = stranger.address() as AddressInfo
  const failure = await start({ STEMEDB_BIND_ADDR: `127.0.0.1:${port}` }).catch((error: unknown) => error)
  expect(failure).toMatchObject({
    code: 'environment-lacking',
    hint: expect.stringContaining('STEMEDB_BIND_ADDR'),
  })
  stranger.close()
})

test('paths are those of the root that is given', async () => {
  await start({ DRILL_ROOT: directory, STEMEDB_WAL_DIR: '/wal', STEMEDB_DB_DIR: '/db/' })
  expect(readdirSync(join(directory, 'wal'))).toEqual(['segment-00001.wal'])
})

test('settings have the documented defaults, and each wrong one is named', () => {
  expect(readConfiguration({ RUST_LOG: 'stemedb=debug,warn', INVOCATION_ID: 'unit-1' })).toEqual({
    host: '127.0.0.1',
    port: 18180,
    walDirectory: '/var/lib/stemedb/wal',
    dbDirectory: '/var/lib/stemedb/db',
    logLevel: 'warn',
    root: '/',
    instance: 'unit-1',
    adminToken: null,
    beginHistory: null,
    segmentSizeBytes: null,
    historyShiftMs: 0,
    exitsWithParent: false,
  })
  expect(readConfiguration({ STEMEDB_BIND_ADDR: '0.0.0.0:18180' })).toMatchObject({
    host: '0.0.0.0',
    port: 18180,
  })
  expect(readConfiguration({ STEMEDB_BIND_ADDR: '[::1]:0' })).toMatchObject({ host: '::1', port: 0 })
  const wrong = {
    STEMEDB_BIND_ADDR: ':80',
    STEMEDB_WAL_DIR: 'wal',
    STEMEDB_DB_DIR: '../db',
    RUST_LOG: 'loud',
    STEMEDB_BEGIN_HISTORY: '0'.repeat(32),
    STEMEDB_SEGMENT_BYTES: '12',
    STEMEDB_ADMIN_TOKEN_FILE: '/nowhere',
    DRILL_ROOT: 'here',
    DRILL_HISTORY_SHIFT_MS: '1.5',
  }
  for (const [name, value] of Object.entries(wrong)) {
    try {
      readConfiguration({ [name]: value })
      expect.fail(name)
    } catch (error) {
      expect(error).toBeInstanceOf(OperatingError)
      expect(error).toMatchObject({ code: 'usage-invalid', subject: name })
    }
  }
})
