import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ActionRegistry, type AnyAction, actionsFor } from '@dr-drill/runbook-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { agentHello, bundledAgent } from '../../src/agent/program.ts'
import { AgentClient } from '../../src/agent/runner/agent-client.ts'
import { openAgentTarget } from '../../src/agent/runner/agent-target.ts'
import { childTransport } from '../../src/agent/runner/child-transport.ts'
import { stemedb, stemedbActions } from '../../src/targets/stemedb-actions.ts'
import { codeOf, uncancelled } from '../support/calls.ts'
import { machineOf } from './support/restore-runs.ts'

/** A configuration as somebody would write it beside the checkout. */
const CONFIG = `
import { defineAction, FileSystem, type Task, utf8Encode } from '@dr-drill/runbook-core'
import { z } from 'zod'

const input = z.strictObject({ path: z.string(), text: z.string() })
const output = z.object({ sizeBytes: z.number() })
type Input = z.infer<typeof input>

const leaveMark = defineAction<Input, z.infer<typeof output>>({
  kind: 'leave-mark',
  summary: 'Leaves a mark.',
  input,
  output,
  effects: ({ path }) => ({ reads: [], writes: [\`path:\${path}\`], destroys: [], exposes: [] }),
  capabilities: { required: [], optional: [] },
  ports: [FileSystem.$id],
  traits: [],
  estimate: () => ({ bestMs: 1, likelyMs: 1, worstMs: 1 }),
  *run({ path, text }): Task<{ sizeBytes: number }> {
    const bytes = utf8Encode(text)
    yield* FileSystem.remove({ path })
    yield* FileSystem.create({ path, mode: 0o644 })
    yield* FileSystem.write({ path, offset: 0, bytes })
    return { sizeBytes: bytes.length }
  },
})

export default { actions: [leaveMark] }
`

let base: string
let agent: string

beforeAll(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'drill-config-')))
  agent = join(base, 'agent.mjs')
  const config = join(base, 'drill.config.ts')
  writeFileSync(config, CONFIG)
  execFileSync(process.execPath, ['scripts/bundle.ts', '--agent', agent, '--config', config], {
    stdio: 'pipe',
  })
})
afterAll(() => rmSync(base, { recursive: true }))

/** What the runner knows of the kind: what it declares. */
const declared = {
  kind: 'leave-mark',
  ports: ['FileSystem'],
  traits: [],
  capabilities: { required: [], optional: [] },
} as unknown as AnyAction

function client(directory: string, registry: ActionRegistry): AgentClient {
  mkdirSync(directory)
  const program = bundledAgent(agent)
  const machine = machineOf(directory, { agent, server: { url: 'http://127.0.0.1:9' } })
  return new AgentClient(
    { ...machine, start: () => childTransport(program.argv, {}) },
    {
      runId: 'run',
      hello: agentHello(registry, program),
      acknowledged: {},
      dryRun: false,
      exercised: 'sandbox',
      waitsForJournal: false,
      onLog: () => {},
    },
  )
}

test('the agent is one file, wherever it lies, and performs the kinds of a configuration, too', async () => {
  const directory = join(base, 'run')
  const registry = new ActionRegistry([...actionsFor(stemedb()), declared])
  const agentClient = client(directory, registry)
  try {
    await agentClient.attach()
    const target = await openAgentTarget(agentClient, () => 0)
    const executor = target.executor({ registry, journal: { append() {} }, dryRun: false })
    const invocation = {
      runId: 'run',
      step: 'mark',
      kind: 'leave-mark',
      input: { path: '/etc/mark', text: 'here' },
      attempt: 1,
      key: '0'.repeat(64),
      effectsBefore: 0,
      approvedBy: null,
      baselined: [],
    }
    expect(await (executor.perform(invocation, uncancelled) as Promise<unknown>)).toEqual({
      output: { sizeBytes: 4 },
      exercised: 'sandbox',
    })
    expect(readFileSync(join(directory, 'root/etc/mark'), 'utf8')).toBe('here')
  } finally {
    await agentClient.close()
  }
})

test('a runner without those kinds is told so before anything is done', async () => {
  const agentClient = client(join(base, 'other'), stemedbActions())
  expect(await codeOf(() => agentClient.attach())).toBe('version-mismatch')
  await agentClient.close()
})
