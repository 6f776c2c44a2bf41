import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Report } from '@dr-drill/runbook-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { runCli } from '../cli/run-cli.ts'
import { processesOf } from '../support/footprint.ts'
import { testedCommand } from '../support/own-command.ts'
import { until } from '../support/processes.ts'

let base: string
let world: string
let whole: Report
const children: ChildProcess[] = []

beforeAll(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'drill-by-agent-')))
  world = join(base, 'world')
  expect(await runCli(['world', world, '--assertions', '120', '--quiet'])).toMatchObject({ code: 0 })
  const run = await runCli([...flags('whole'), '--format', 'json'])
  expect(run.code, run.stderr).toBe(0)
  whole = JSON.parse(run.stdout) as Report
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
afterAll(() => rmSync(base, { recursive: true }))

const flags = (out: string, ...more: string[]): string[] => [
  'run',
  'full-restore',
  ...['--world', world, '--out', join(base, out), '--keep', 'always', ...more],
]
const journalOf = (directory: string): string => {
  const file = join(directory, 'journal.jsonl')
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

/** What does not depend on who performed the steps. */
const verdictOf = ({ verdict, loss, claims, invariants, passed }: Report) => ({
  kind: verdict.kind,
  loss,
  passed,
  claims: claims.map(({ id, status }) => [id, status]),
  invariants: invariants.map(({ id, status }) => [id, status]),
})

/** The agent among a run's processes. */
const agentsOf = (directory: string): number[] =>
  processesOf(directory).filter((pid) => {
    const [, ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return args.some((arg) => /\/agent(\/main\.(js|ts)|\.mjs)$/.test(arg))
  })

test('by an agent, a drill ends as it does without one; each of its effects was told by it', async () => {
  const directory = join(base, 'by-agent')
  const run = await runCli([...flags('by-agent', '--agent'), '--format', 'json'])
  expect(run.code, run.stderr).toBe(0)
  expect(verdictOf(JSON.parse(run.stdout) as Report)).toEqual(verdictOf(whole))
  const lines = journalOf(directory).split('\n')
  const intents = lines.filter((line) => line.includes('"type":"effect-intended"'))
  expect(intents.length).toBeGreaterThan(50)
  expect(intents.filter((line) => !line.includes('"origin":{"seq":'))).toEqual([])
  expect(processesOf(directory)).toEqual([])
})

test('a fault strikes between intent and effect of an agent, too', async () => {
  const fault = ['--fault', 'bad-permissions', '--format', 'json']
  const [here, there] = [
    await runCli([...flags('faulted', ...fault)]),
    await runCli(flags('faulted-agent', '--agent', ...fault)),
  ]
  expect([there.code, verdictOf(JSON.parse(there.stdout) as Report)]).toEqual([
    here.code,
    verdictOf(JSON.parse(here.stdout) as Report),
  ])
  expect((JSON.parse(there.stdout) as Report).faults).toEqual((JSON.parse(here.stdout) as Report).faults)
})

test('an agent that is killed ends the run in order, without a process left; resume ends it as if nothing had been', async () => {
  const directory = join(base, 'killed')
  const [node, ...rest] = testedCommand()
  const child = spawn(node, [...rest, ...flags('killed', '--agent')], {
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  children.push(child)
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  await until(() => journalOf(directory).includes('"step":"start-service","type":"step-succeeded"'))
  const keys = JSON.parse(readFileSync(join(directory, 'work/secrets/keys.json'), 'utf8')) as object
  const secrets = JSON.stringify(keys).match(/[\w-]{30,}/g) ?? []
  expect(secrets.length).toBeGreaterThan(5)
  const [agent = 0, ...others] = agentsOf(directory)
  expect(others).toEqual([])
  const seen = ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${agent}/${name}`, 'utf8')).join('\0')
  const written = readFileSync(join(directory, 'work/agent/spool.jsonl'), 'utf8')
  for (const secret of secrets)
    expect([seen, written].map((text) => text.includes(secret))).toEqual([false, false])
  process.kill(agent, 'SIGKILL')
  expect(await ended, stderr).toBe(1)
  expect(stderr).toContain('the agent was ended by SIGKILL')
  // What it had started ends by itself, since the agent's end of its pipe is gone.
  await until(() => processesOf(directory).length === 0)
  const resumed = await runCli(['resume', directory, '--format', 'json'])
  expect(resumed.code, resumed.stderr).toBe(0)
  const report = JSON.parse(resumed.stdout) as Report
  expect([report.verdict.kind, report.loss]).toEqual([whole.verdict.kind, whole.loss])
  expect(report.invariants.filter(({ status }) => status === 'violated' || status === 'not-checked')).toEqual(
    [],
  )
})
