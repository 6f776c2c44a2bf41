import { Agent, request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorkshop, startServerProcess, type Workshop } from './bundled-server.ts'

const ROUNDS = process.env.DRILL_TEST_LONG === '1' ? 200 : 40
const WRITERS = 8
const TOKEN = 'a-token-of-this-test'

let workshop: Workshop
beforeAll(async () => {
  workshop = await openWorkshop()
})
afterAll(() => workshop.remove())

interface Answer {
  readonly status: number
  /** Of a query. */
  readonly json: {
    readonly assertions: readonly { id: string; position: string; timestamp: string }[]
    readonly cursor: string | null
  }
}

function post(agent: Agent, url: string, path: string, body: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}${path}`,
      { method: 'POST', agent, headers: { authorization: `Bearer ${TOKEN}` } },
      (response) => {
        let text = ''
        response.on('data', (piece) => {
          text += piece
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, json: JSON.parse(text) }))
        response.on('error', reject)
      },
    )
    sent.on('error', reject)
    sent.end(JSON.stringify(body))
  })
}

const contentOf = (key: string) => ({
  concept_path: `kill/${key}`,
  predicate: 'wrote',
  value: { key },
  confidence: 1,
  authority_tier: 'expert',
})

async function readAll(agent: Agent, url: string): Promise<Map<string, unknown>> {
  const all = new Map<string, unknown>()
  for (let cursor: string | null = null; ; ) {
    const query = { concept_path: '*', lens: 'position', limit: 1000, cursor }
    const { json } = await post(agent, url, '/v1/query', query)
    for (const { id, position, timestamp, ...content } of json.assertions) all.set(id, content)
    cursor = json.cursor
    if (cursor === null) return all
  }
}

/** Writes from several connections until the process is killed, which happens after `acknowledgements` of them. */
async function writeUntilKilled(
  url: string,
  round: number,
  acknowledgements: number,
  kill: () => void,
): Promise<{ submitted: string[]; acknowledged: string[] }> {
  const agent = new Agent({ keepAlive: true, maxSockets: WRITERS + 2 })
  const submitted: string[] = []
  const acknowledged: string[] = []
  async function writer(name: number): Promise<void> {
    for (let n = 0; ; n += 1) {
      const id = `${round}-${name}-${n}`
      submitted.push(id)
      const answer = await post(agent, url, '/v1/assert', { id, ...contentOf(id) }).catch(() => null)
      if (answer === null) return
      if (answer.status !== 201) throw new Error(`status ${answer.status}`)
      acknowledged.push(id)
      if (acknowledged.length === acknowledgements) kill()
      // The operations go on meanwhile; the kill may strike them, too, so their answers are not waited for.
      if (acknowledged.length === Math.ceil(acknowledgements * 0.8)) {
        for (const operation of ['rotate', 'checkpoint'])
          post(agent, url, `/v1/admin/${operation}`, {}).catch(() => null)
      }
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, (_, name) => writer(name)))
  agent.destroy()
  return { submitted, acknowledged }
}

test(`kill -9 while asserting, ${ROUNDS} times: everything acknowledged returns, nothing else than was submitted`, async () => {
  const submitted = new Set<string>()
  const acknowledged = new Set<string>()
  for (let round = 0; round <= ROUNDS; round += 1) {
    const server = startServerProcess(workshop, {
      STEMEDB_SEGMENT_BYTES: '16384',
      STEMEDB_ADMIN_TOKEN: TOKEN,
    })
    const url = await server.url
    const agent = new Agent({ keepAlive: true })
    const found = await readAll(agent, url)
    agent.destroy()
    for (const id of acknowledged) if (!found.has(id)) expect.fail(`round ${round}: ${id} is lost`)
    for (const [id, content] of found) {
      if (!submitted.has(id)) expect.fail(`round ${round}: ${id} was never submitted`)
      expect(content).toEqual(contentOf(id))
    }
    if (round < ROUNDS) {
      const told = await writeUntilKilled(url, round, 5 + ((round * 7) % 40), () =>
        server.child.kill('SIGKILL'),
      )
      for (const id of told.submitted) submitted.add(id)
      for (const id of told.acknowledged) acknowledged.add(id)
      expect(await server.ended).toEqual({ code: null, signal: 'SIGKILL' })
    } else {
      server.child.kill('SIGTERM')
      expect(await server.ended).toEqual({ code: 0, signal: null })
      expect(server.lines).toEqual([
        'Starting WAL recovery...',
        expect.stringMatching(/^Replayed \d+ entries from WAL$/),
        'Rebuilding indexes...',
        `Startup complete, listening on ${url.slice('http://'.length)}`,
      ])
    }
  }
  expect(acknowledged.size).toBeGreaterThan(ROUNDS * 5)
})

test('a server whose parent is gone ends by itself', async () => {
  const server = startServerProcess(workshop)
  await server.url
  server.child.stdin?.end()
  expect(await server.ended).toEqual({ code: 0, signal: null })
})

test('a wrong setting ends the process with 2, a missing directory and a taken address with their own codes', async () => {
  const wrong = startServerProcess(workshop, { STEMEDB_BIND_ADDR: 'nowhere' })
  expect((await wrong.ended).code).toBe(2)
  expect(wrong.lines[0]).toMatch(/^ERROR STEMEDB_BIND_ADDR must be /)
  const missing = startServerProcess(workshop, { STEMEDB_WAL_DIR: '/nowhere/at/all' })
  expect((await missing.ended).code).toBe(1)
  const first = startServerProcess(workshop)
  const address = (await first.url).slice('http://'.length)
  const second = startServerProcess(workshop, { STEMEDB_BIND_ADDR: address })
  expect((await second.ended).code).toBe(5)
  first.child.kill('SIGTERM')
  await first.ended
})
