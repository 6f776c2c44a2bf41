import { utf8Encode } from '@dr-drill/runbook-core'
import { type ApiRequest, StemedbApi, type StemedbEngine } from '@dr-drill/simulator'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assertion, freshDisk, Host } from '../support.ts'

const TOKEN = 'a token of this test'

class Client {
  readonly host = new Host(freshDisk())
  readonly engine: StemedbEngine = this.host.open()
  readonly api = new StemedbApi(this.engine, this.host.now, { instance: 'instance-1', adminToken: TOKEN })

  raw(method: string, path: string, body: Uint8Array | string = '', over: Partial<ApiRequest> = {}) {
    const bytes = typeof body === 'string' ? utf8Encode(body) : body
    const request = { method, path, body: bytes, fromLoopback: true, authorization: null, ...over }
    const { status, body: text, contentType, allow } = this.host.must(this.api.handle(request))
    return {
      status,
      contentType,
      allow,
      text,
      json: contentType.startsWith('application/json') ? JSON.parse(text) : null,
    }
  }

  post(path: string, message: unknown, over: Partial<ApiRequest> = {}) {
    return this.raw('POST', path, JSON.stringify(message), over)
  }
}

/** The documented test write, word for word. */
const VALIDATION = {
  concept_path: 'test/dr_validation',
  predicate: 'restored',
  value: true,
  confidence: 1.0,
  authority_tier: 'expert',
}

test('an assertion is answered 201 with id, position and timestamp, and is found again', () => {
  const client = new Client()
  const { status, json } = client.post('/v1/assert', VALIDATION)
  expect(status).toBe(201)
  expect(Object.keys(json)).toEqual(['id', 'position', 'timestamp'])
  expect(json).toMatchObject({ id: expect.stringMatching(/^[0-9a-f]{32}$/), position: '1' })
  expect(json.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  const query = { concept_path: 'test/dr_validation', predicate: 'restored', lens: 'recency' }
  const found = client.post('/v1/query', query)
  expect(found.json).toEqual({ assertions: [{ ...VALIDATION, ...json }], cursor: null })
})

test('an id chosen by the writer makes sending twice harmless', () => {
  const client = new Client()
  const first = client.post('/v1/assert', { ...VALIDATION, id: 'mine' })
  const second = client.post('/v1/assert', { ...VALIDATION, id: 'mine' })
  expect([first.status, second.status]).toEqual([201, 200])
  expect(second.json).toEqual(first.json)
  const other = client.post('/v1/assert', { ...VALIDATION, id: 'mine', value: false })
  expect(other.status).toBe(409)
  expect(other.json.error.code).toBe('id-conflict')
})

test.each([
  [{ concept_path: 'test/dr', predicate: 'recovered', lens: 'recency' }, 0],
  [{ concept_path: '*', lens: 'recency', limit: 1 }, 1],
  [{ concept_path: 'test', lens: 'recency' }, 0],
])('the query %j is answered 200, empty or not', (query, count) => {
  const client = new Client()
  client.host.must(client.engine.assert(assertion(1)))
  const { status, json } = client.post('/v1/query', query)
  expect(status).toBe(200)
  expect(json.assertions).toHaveLength(count)
})

test('everything is read by position, page by page', () => {
  const client = new Client()
  for (let n = 1; n <= 25; n += 1) client.host.must(client.engine.assert(assertion(n)))
  const positions: string[] = []
  let cursor: string | null = null
  do {
    const page: { assertions: { position: string }[]; cursor: string | null } = client.post('/v1/query', {
      concept_path: '*',
      lens: 'position',
      limit: 10,
      cursor,
    }).json
    positions.push(...page.assertions.map(({ position }) => position))
    cursor = page.cursor
  } while (cursor !== null)
  expect(positions).toEqual(Array.from({ length: 25 }, (_, n) => String(n + 1)))
})

test('health has the documented fields first, then ours', () => {
  const client = new Client()
  client.host.must(client.engine.assert(assertion(1)))
  client.host.now += 120_000
  const { status, text } = client.raw('GET', '/v1/health')
  expect(status).toBe(200)
  const { history } = client.engine.health()
  expect(text).toBe(
    `{"status":"healthy","assertion_count":1,"wal_segments":1,"uptime_seconds":120,"instance":"instance-1","history":"${history}","position":"1"}`,
  )
})

test('metrics are Prometheus text, all of them stemedb_', () => {
  const client = new Client()
  client.host.must(client.engine.assert(assertion(1)))
  const { status, contentType, text } = client.raw('GET', '/metrics')
  expect(status).toBe(200)
  expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8')
  const lines = text.trimEnd().split('\n')
  expect(lines.length % 3).toBe(0)
  for (let at = 0; at < lines.length; at += 3) {
    const name = /^# HELP (stemedb_[a-z_]+) \S/.exec(lines[at]!)?.[1]
    expect(lines[at + 1]).toMatch(new RegExp(`^# TYPE ${name} (counter|gauge)$`))
    expect(lines[at + 2]).toMatch(new RegExp(`^${name} [0-9.]+$`))
  }
  expect(lines).toContain('stemedb_asserts_total 1')
})

test('the administration closes segments and writes checkpoints, for a token on this machine only', () => {
  const client = new Client()
  client.host.must(client.engine.assert(assertion(1)))
  const admin = { authorization: `Bearer ${TOKEN}` }
  const { history } = client.engine.health()
  expect(client.post('/v1/admin/rotate', {}, admin).json).toEqual({
    closed: {
      number: 1,
      file: 'segment-00001.wal',
      first_position: '1',
      last_position: '1',
      record_count: 1,
    },
    history,
  })
  expect(client.raw('POST', '/v1/admin/checkpoint', '', admin).json).toMatchObject({
    file: 'checkpoint-000000000001.kv',
    applied_position: '1',
    history,
  })
  for (const path of ['/v1/admin/rotate', '/v1/admin/checkpoint']) {
    expect(client.post(path, {}).status).toBe(401)
    expect(client.post(path, {}, { authorization: `Bearer ${TOKEN}x` }).status).toBe(401)
    expect(client.post(path, {}, { authorization: 'Bearer' }).status).toBe(401)
    expect(client.post(path, {}, { ...admin, fromLoopback: false }).status).toBe(404)
    expect(client.raw('GET', path, '', admin)).toMatchObject({ status: 405, allow: 'POST' })
  }
  const without = new StemedbApi(client.engine, 0, { instance: null, adminToken: null })
  const request = { method: 'POST', path: '/v1/admin/rotate', body: new Uint8Array(0), fromLoopback: true }
  expect(client.host.must(without.handle({ ...request, authorization: 'Bearer null' })).status).toBe(404)
})

const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)])

test.each([
  ['nothing', ''],
  ['no JSON', '{"concept_path":'],
  ['no object', '[]'],
  ['null', 'null'],
  ['a missing field', { ...VALIDATION, predicate: undefined }],
  ['no value', { ...VALIDATION, value: undefined }],
  ['an unknown field', { ...VALIDATION, colour: 'red' }],
  ['an id of null', { ...VALIDATION, id: null }],
  ['an empty id', { ...VALIDATION, id: '' }],
  ['a long id', { ...VALIDATION, id: 'é'.repeat(129) }],
  ['a control character', { ...VALIDATION, id: 'a\nb' }],
  ['half a surrogate pair', { ...VALIDATION, id: '\ud800' }],
  ['half a surrogate pair within', { ...VALIDATION, value: { a: ['\ud800'] } }],
  ['a path with an empty name', { ...VALIDATION, concept_path: 'a//b' }],
  ['a path with an asterisk', { ...VALIDATION, concept_path: 'a/*' }],
  ['a confidence above 1', { ...VALIDATION, confidence: 1.01 }],
  ['a confidence that is text', { ...VALIDATION, confidence: '1' }],
  ['a tier with spaces', { ...VALIDATION, authority_tier: 'an expert' }],
  ['a number beyond doubles', JSON.stringify(VALIDATION).replace('true', '1e999')],
  ['a value too deep', { ...VALIDATION, value: deep(17) }],
  [
    'a value much too deep',
    `${JSON.stringify(VALIDATION).replace('true', '['.repeat(60_000) + ']'.repeat(60_000))}`,
  ],
])('an assertion with %s is refused with 400 and a code, and nothing is written', (_name, message) => {
  const client = new Client()
  const body = typeof message === 'string' ? message : JSON.stringify(message)
  const { status, json } = client.raw('POST', '/v1/assert', body)
  expect({ status, code: json.error.code }).toEqual({ status: 400, code: 'input-invalid' })
  expect(client.engine.health().assertionCount).toBe(0)
})

test.each([
  ['no path', {}],
  ['a limit of 0', { concept_path: '*', limit: 0 }],
  ['a limit of 1001', { concept_path: '*', limit: 1001 }],
  ['another lens', { concept_path: '*', lens: 'trust' }],
  ['a cursor that is none', { concept_path: '*', cursor: '01' }],
  ['an unknown field', { concept_path: '*', order: 'up' }],
])('a query with %s is refused with 400', (_name, message) => {
  const { status, json } = new Client().post('/v1/query', message)
  expect({ status, code: json.error.code }).toEqual({ status: 400, code: 'input-invalid' })
})

test('what is too large is refused with 413, what does not exist with 404, another method with 405', () => {
  const client = new Client()
  expect(client.post('/v1/assert', { ...VALIDATION, value: 'x'.repeat(70_000) }).status).toBe(413)
  expect(client.post('/v1/assert', { ...VALIDATION, value: 'x'.repeat(200_000) }).status).toBe(413)
  expect(client.raw('GET', '/').status).toBe(404)
  expect(client.raw('GET', '/__proto__').status).toBe(404)
  expect(client.raw('DELETE', '/v1/assert')).toMatchObject({ status: 405, allow: 'POST' })
})

test('no body makes the API fail to answer', () => {
  const client = new Client()
  fc.assert(
    fc.property(
      fc.constantFrom('/v1/assert', '/v1/query'),
      fc.oneof(fc.json().map(utf8Encode), fc.uint8Array({ maxLength: 200 })),
      (path, body) => {
        const { status } = client.raw('POST', path, body)
        expect([200, 201, 400, 413]).toContain(status)
      },
    ),
    { numRuns: process.env.DRILL_TEST_LONG === '1' ? 5000 : 300 },
  )
})
