import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileSystem, type Invocation, type JournalContract, type RunEvent } from '@dr-drill/runbook-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { AgentMachine } from '../../src/agent/machine.ts'
import { helloOf } from '../../src/agent/protocol/hello.ts'
import type { AgentClient } from '../../src/agent/runner/agent-client.ts'
import { openAgentTarget } from '../../src/agent/runner/agent-target.ts'
import { actionsDigest } from '../../src/targets/local/tool-identity.ts'
import { stemedbActions } from '../../src/targets/stemedb-actions.ts'
import type { Target } from '../../src/targets/target.ts'
import { cancellable, codeOf, errorOf, uncancelled } from '../support/calls.ts'
import { isAlive, processesNaming, until } from '../support/processes.ts'
import { clientOf, machineOf, SECRET, testedAgent } from './support/restore-runs.ts'

let base: string
let agent: string
let directory: string
const clients: AgentClient[] = []

beforeAll(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'drill-session-')))
  agent = await testedAgent(base)
})
afterAll(() => rmSync(base, { recursive: true }))
beforeEach(() => {
  directory = mkdtempSync(join(base, 'run-'))
})
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close()
  expect(processesNaming(agent)).toEqual([])
})

const machine = (env: Record<string, string> = {}, outlivesAgent = true): AgentMachine =>
  machineOf(directory, { agent, server: { url: 'http://127.0.0.1:9' } }, { env, outlivesAgent })

interface Opened {
  readonly client: AgentClient
  readonly target: Target
  readonly told: RunEvent[]
  readonly perform: (invocation: Partial<Invocation>, context?: typeof uncancelled) => Promise<unknown>
}

async function opened(on: AgentMachine = machine()): Promise<Opened> {
  const client = await clientOf(directory, on)
  clients.push(client)
  await client.attach()
  const target = await openAgentTarget(client, () => 0)
  const told: RunEvent[] = []
  const append = ({ events }: Parameters<JournalContract['append']>[0]) => void told.push(...events)
  const executor = target.executor({ registry: stemedbActions(), journal: { append }, dryRun: false })
  const perform = async (invocation: Partial<Invocation>, context = uncancelled): Promise<unknown> =>
    await (executor.perform({ ...INVOCATION, ...invocation }, context) as Promise<unknown>)
  return { client, target, told, perform }
}

const INVOCATION: Invocation = {
  runId: 'tested-run',
  step: 'step',
  kind: 'run-command',
  input: null,
  attempt: 1,
  key: '0'.repeat(64),
  effectsBefore: 0,
  approvedBy: null,
  baselined: [],
}
const command = (argv: readonly string[]): Partial<Invocation> => ({
  input: { argv: [...argv], timeoutMs: 600_000 },
})

/** A program that says its pid and stays, whatever becomes of its input. */
const staying = (): Partial<Invocation> => {
  const script = `require('node:fs').writeFileSync(${JSON.stringify(join(directory, 'pid'))}, String(process.pid)); setInterval(() => {}, 1000)`
  return command([process.execPath, '-e', script])
}
async function pidOfStaying(): Promise<number> {
  const file = join(directory, 'pid')
  await until(() => existsSync(file) && readFileSync(file, 'utf8') !== '')
  return Number(readFileSync(file, 'utf8'))
}

test('an action is performed there: output, intents and the end of its effects come back', async () => {
  const { perform, told } = await opened()
  const done = await perform(command([process.execPath, '-e', 'console.log(process.pid)']))
  const { stdout } = (done as { output: { stdout: string } }).output
  expect([Number(stdout) > 0, Number(stdout) === process.pid]).toEqual([true, false])
  expect(told.map(({ type }) => type)).toEqual(['effect-intended', 'effect-ended'])
  expect((await errorOf(() => perform(command(['/no/such/program'])))).code).toBe('capability-missing')
  expect((await errorOf(() => perform({ kind: 'no-such-kind' }))).code).toBe('capability-missing')
  const second = told.filter(({ type }) => type === 'effect-intended')[1]
  expect(second).toMatchObject({ ordinal: 2 })
})

test('what is given up ends: the program with it', async () => {
  const { perform } = await opened()
  const { context, cancel } = cancellable()
  const asked = codeOf(() => perform(staying(), context))
  const pid = await pidOfStaying()
  cancel()
  expect(await asked).toBe('cancelled')
  expect(isAlive(pid)).toBe(false)
})

test('the agent ends with its connection, and leaves nothing running', async () => {
  const { perform, client } = await opened()
  const asked = codeOf(() => perform(staying()))
  const pid = await pidOfStaying()
  await client.close()
  expect([isAlive(pid), processesNaming(agent), await asked]).toEqual([
    false,
    [],
    expect.stringMatching(/cancelled|agent-lost/),
  ])
  expect(existsSync(join(directory, 'spool/lock'))).toBe(false)
})

test('what a killed agent left running is ended by the next one', async () => {
  const { perform } = await opened()
  const asked = codeOf(() => perform(staying()))
  const pid = await pidOfStaying()
  process.kill(processesNaming(agent)[0] ?? 0, 'SIGKILL')
  expect([await asked, isAlive(pid)]).toEqual(['agent-lost', true])
  await perform(command([process.execPath, '-e', '']))
  await until(() => !isAlive(pid))
  expect(readdirSync(join(directory, 'spool/groups'))).toEqual([])
})

test('where services die with the agent, a lost one is not followed by another', async () => {
  const { perform } = await opened(machine({ KILL_AT: '1:before' }, false))
  expect(await codeOf(() => perform(command(['true'])))).toBe('agent-lost')
  expect(await codeOf(() => perform(command(['true'])))).toBe('agent-lost')
})

test('a second agent on the same spool waits and gives up; the first is not disturbed', async () => {
  const { perform } = await opened()
  const second = await clientOf(directory, machine({ LOCK_MS: '500' }))
  clients.push(second)
  expect(await codeOf(() => second.attach())).toBe('target-busy')
  await perform(command(['true']))
})

test('another release, program or set of actions is refused on either side', async () => {
  const hello = { version: 'tested', digest: '0'.repeat(64), actionsDigest: actionsDigest(stemedbActions()) }
  for (const other of [{ version: '9' }, { digest: '1'.repeat(64) }, { actionsDigest: '2'.repeat(64) }]) {
    const stranger = talk()
    stranger.say({ id: 1, method: 'hello', params: helloOf({ ...hello, ...other }) })
    expect(await stranger.hears()).toMatchObject({ error: { data: { code: 'version-mismatch' } } })
    await stranger.end()
  }
})

test('a target is read through its agent, bytes and all; what would write is refused', async () => {
  const { target } = await opened()
  mkdirSync(join(directory, 'root/data'))
  const { environment } = target
  expect([
    environment.offers('FileSystem'),
    environment.offers('Services'),
    target.recorders.has('Dns'),
  ]).toEqual([true, false, true])
  const listed = await environment.dispatch(FileSystem.list({ path: '/' }), uncancelled)
  expect((listed as { name: string }[]).map(({ name }) => name)).toEqual(['data', 'etc', 'var'])
  expect(await codeOf(() => environment.dispatch(FileSystem.list({ path: '/none' }), uncancelled))).toBe(
    'file-missing',
  )
  expect(await codeOf(() => environment.dispatch(FileSystem.remove({ path: '/data' }), uncancelled))).toBe(
    'capability-missing',
  )
  expect(await target.facts()).toMatchObject({ requests: { source: { get: 0 } } })
})

test('secrets cross in the session alone: no argument, environment, spool or error of the agent has them', async () => {
  const { perform } = await opened()
  const asked = codeOf(() => perform(staying()))
  const command = await pidOfStaying()
  const seen = [...processesNaming(agent), command].flatMap((pid) =>
    ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${pid}/${name}`, 'utf8')),
  )
  expect(seen).toHaveLength(4)
  for (const text of seen) expect(text).not.toContain(SECRET)
  for (const name of ['spool.jsonl', 'lock']) {
    expect(readFileSync(join(directory, 'spool', name), 'utf8')).not.toContain(SECRET)
  }
  for (const client of clients.splice(0)) await client.close()
  await asked
  const refused = talk()
  await refused.open({ kind: 'system', root: 7, locations: SECRET })
  const answer = await refused.hears()
  expect(answer).toMatchObject({
    error: { data: { code: 'agent-invalid' } },
  })
  expect(JSON.stringify(answer)).not.toContain(SECRET)
  await refused.end()
})

test.each([
  [
    'open before attach',
    [
      {
        id: 1,
        method: 'open',
        params: {
          host: { kind: 'system' },
          dryRun: false,
          exercised: 'real',
          drillStartMs: 0,
          waitsForJournal: false,
        },
      },
    ],
  ],
  [
    'attach before hello',
    [{ id: 1, method: 'attach', params: { runId: 'r', spoolDirectory: '/tmp/none', acknowledged: {} } }],
  ],
  ['perform before open', [{ id: 1, method: 'perform', params: INVOCATION }]],
  ['an invocation that is none', [{ id: 1, method: 'perform', params: { step: 1 } }]],
  ['a method that is none', [{ id: 1, method: '__proto__', params: {} }]],
])('%s is answered by a typed error, and the agent lives', async (_what, messages) => {
  const stranger = talk()
  for (const message of messages) stranger.say(message)
  expect(await stranger.hears()).toMatchObject({ error: { data: { code: 'agent-invalid' } } })
  stranger.say({ id: 2, method: 'facts', params: {} })
  expect(await stranger.hears()).toMatchObject({ id: 2, error: { data: { code: 'agent-invalid' } } })
  await stranger.end()
})

test('what is no message ends the agent, which says why', async () => {
  const stranger = talk()
  stranger.child.stdin.write('rm -rf /\n')
  expect(await stranger.hears()).toMatchObject({ id: null, error: { data: { code: 'agent-invalid' } } })
  expect(await stranger.ended).toBe(0)
})

/** Somebody who speaks to an agent by hand. */
function talk() {
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, [agent], { env: {} })
  const lines: string[] = []
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const say = (message: object): void =>
    void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  const hears = async (): Promise<unknown> => {
    await until(() => lines.length > 0)
    return JSON.parse(lines.shift() ?? '') as unknown
  }
  return {
    child,
    ended,
    say,
    hears,
    async open(host: object) {
      const hello = {
        version: 'tested',
        digest: '0'.repeat(64),
        actionsDigest: actionsDigest(stemedbActions()),
      }
      say({ id: 1, method: 'hello', params: helloOf(hello) })
      say({
        id: 2,
        method: 'attach',
        params: { runId: 'r', spoolDirectory: join(directory, 'spool'), acknowledged: {} },
      })
      await until(() => lines.length === 2)
      lines.splice(0)
      say({
        id: 3,
        method: 'open',
        params: { host, dryRun: false, exercised: 'real', drillStartMs: 0, waitsForJournal: false },
      })
    },
    async end() {
      child.stdin.end()
      expect(await ended).toBe(0)
    },
  }
}
