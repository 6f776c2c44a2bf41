import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type QualifiedRunbook, qualify, runbook } from '@dr-drill/runbook-core'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { AgentClient } from '../../src/agent/runner/agent-client.ts'
import { openAgentTarget } from '../../src/agent/runner/agent-target.ts'
import { journalOf, placedExecutor } from '../../src/agent/runner/placed-executor.ts'
import { resumePoint } from '../../src/targets/local/resume-point.ts'
import { stemedbActions } from '../../src/targets/stemedb-actions.ts'
import { clientOf, drive, eventsOf, machineOf, testedAgent } from './support/restore-runs.ts'

let base: string
let agent: string
let directory: string

beforeAll(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'drill-two-hosts-')))
  agent = await testedAgent(base)
})
afterAll(() => rmSync(base, { recursive: true }))
beforeEach(() => {
  directory = mkdtempSync(join(base, 'run-'))
  for (const name of HOSTS) mkdirSync(join(directory, name))
})

const HOSTS = ['recovery-host', 'balancer'] as const

/** Says that it has begun and ends when the other has: neither can come before the other's end. */
const meeting = (mine: string, other: string): string[] => [
  process.execPath,
  '-e',
  `const { existsSync, writeFileSync } = require('node:fs')
  writeFileSync(${JSON.stringify(join(directory, mine))}, '')
  const timer = setInterval(() => existsSync(${JSON.stringify(join(directory, other))}) && clearInterval(timer), 5)`,
]

const configure = (text: string) => ({
  kind: 'write-config',
  with: { path: '/etc/tested', mode: '0640', set: { TEXT: text } },
})

function twoHosts(): QualifiedRunbook {
  const meet = (id: string, other: string) => ({
    id: `${id}-meets`,
    title: 'Meet the other',
    action: { kind: 'run-command', with: { argv: meeting(id, other), timeoutMs: 60_000 } },
  })
  const write = (id: string) => ({
    id: `${id}-writes`,
    title: 'Write',
    needs: [`${id}-meets`],
    action: configure(id),
  })
  const steps = [meet('first', 'second'), meet('second', 'first'), write('first'), write('second')]
  const authored = runbook({
    id: 'two-hosts',
    title: 'Two hosts at once',
    objectives: { rto: '1h', rpo: '15m' },
    defaults: { timeout: '1m' },
    steps,
    gate: 'second-writes',
    protection: {
      backupInterval: '6h',
      archiveInterval: '10m',
      archiveDuration: '1m',
      rotatesEachCycle: true,
    },
  })
  return qualify(authored, { registry: stemedbActions(), checksums: nativeChecksums })
}

/** Runs (or goes on with) the runbook, the second host's steps on an agent that may die. */
async function run(env: Record<string, string>, resuming: boolean) {
  const placeOf = (step: string) => (step.startsWith('second') ? HOSTS[1] : HOSTS[0])
  const clients = new Map<string, AgentClient>()
  for (const name of HOSTS) {
    const place = join(directory, name)
    const own = name === HOSTS[1] ? env : {}
    const machine = machineOf(place, { agent, server: { url: 'http://127.0.0.1:9' } }, { name, env: own })
    clients.set(name, await clientOf(directory, machine))
  }
  try {
    const targets = await Promise.all(
      [...clients].map(async ([name, client]) => {
        await client.attach()
        return [name, await openAgentTarget(client, () => 0)] as const
      }),
    )
    const point = resuming ? await resumePoint(directory, twoHosts(), 4) : null
    return await drive(directory, twoHosts(), point, (options) =>
      placedExecutor({
        main: HOSTS[0],
        placeOf,
        executors: new Map(
          targets.map(([name, target]) => {
            const journal = journalOf(name, HOSTS[0], options.journal)
            return [name, target.executor({ ...options, journal })]
          }),
        ),
      }),
    )
  } finally {
    for (const client of clients.values()) await client.close()
  }
}

test('steps on two hosts run at once, and each host has its own files and its own evidence', async () => {
  expect((await run({}, false)).outcome).toBe('completed')
  const subjects = (await eventsOf(directory)).flatMap((event) =>
    event.type === 'evidence-collected' ? event.subject : [],
  )
  expect(subjects.filter((subject) => subject.endsWith(':path:/etc/tested')).sort()).toEqual([
    'baseline:on:balancer:path:/etc/tested',
    'baseline:path:/etc/tested',
  ])
})

test('a run on two hosts that lost one of them goes on, and takes neither host for the other', async () => {
  const killed = await run({ KILL_AT: '3:after' }, false)
  expect([killed.outcome, killed.firstCause?.code]).toEqual(['failed', 'agent-lost'])
  expect(await run({}, true)).toMatchObject({ outcome: 'completed', firstCause: null })
})
