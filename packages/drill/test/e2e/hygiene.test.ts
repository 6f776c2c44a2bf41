import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Report } from '@dr-drill/runbook-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../cli/run-cli.ts'
import { areGone, digestsBelow, isConnectedBy, listenersOf, processesOf } from '../support/footprint.ts'
import { testedCommand } from '../support/own-command.ts'
import { isAlive, until } from '../support/processes.ts'

/** The seed's port: whoever holds it on this machine is none of the drill's. */
const PORT = 18180

let base: string
let world: string
let stranger: Server
let namesake: ChildProcess
/** Connections to the stranger that a process of these drills made. */
let disturbances = 0
let worldBefore: ReadonlyMap<string, string>

beforeAll(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'drill-hygiene-')))
  world = join(base, 'world')
  expect((await runCli(['world', world, '--assertions', '120', '--quiet'])).code).toBe(0)
  worldBefore = digestsBelow(world)
  stranger = createServer((socket) => {
    if (isConnectedBy(socket.remotePort ?? 0, processesOf(base))) disturbances += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => {
    // Held by somebody else already: then that one is the stranger.
    stranger.once('error', () => resolve())
    stranger.listen(PORT, '127.0.0.1', resolve)
  })
  if (stranger.listening) await provesToNotice()
  namesake = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'stemedb-api.service'], {
    argv0: '/opt/stemedb/bin/stemedb-api',
    stdio: 'ignore',
  })
})
afterAll(() => {
  namesake.kill('SIGKILL')
  stranger.close()
  rmSync(base, { recursive: true })
})

/** A process of these drills that does connect is counted. */
async function provesToNotice(): Promise<void> {
  const connecting = `require('node:net').connect(${PORT}, '127.0.0.1').on('close', () => {}).resume()`
  const child = spawn(process.execPath, ['-e', connecting], { cwd: base, stdio: 'ignore' })
  await new Promise((resolve) => child.on('close', resolve))
  expect(disturbances).toBe(1)
  disturbances = 0
}

/** A run in a working directory, a home and a folder for temporary files of its own. */
function place(name: string) {
  const folder = join(base, name)
  const [work, temporary, home] = ['work', 'temporary', 'home'].map((part) => join(folder, part)) as [
    string,
    string,
    string,
  ]
  for (const path of [work, temporary, home]) mkdirSync(path, { recursive: true })
  const env = { TMPDIR: temporary, HOME: home }
  return { work, env, leftovers: () => [...readdirSync(temporary), ...readdirSync(home)] }
}

const drill = (at: ReturnType<typeof place>, args: readonly string[]) =>
  runCli(['run', 'full-restore', '--world', world, '--format', 'json', ...args], at.env, at.work)

/** The one JSON document on stdout. */
function reportOf(stdout: string): Report {
  expect(stdout.endsWith('}\n')).toBe(true)
  return JSON.parse(stdout) as Report
}

test('two drills side by side disturb neither each other, nor a stranger on the port, nor a service named alike', async () => {
  const [one, other] = [place('one'), place('other')]
  const [late, unexpected] = await Promise.all([
    drill(one, ['--param', 'rto=1ms']),
    drill(other, ['--expect', 'refused']),
  ])
  const [lateReport, unexpectedReport] = [reportOf(late.stdout), reportOf(unexpected.stdout)]
  expect([late.code, lateReport.passed, lateReport.objectives.rto.status]).toEqual([1, false, 'missed'])
  expect(lateReport.invariants.find(({ id }) => id === 'I1')?.status).toBe('violated')
  expect([unexpected.code, unexpectedReport.passed, unexpectedReport.verdict.kind]).toEqual([
    1,
    false,
    'restored-with-loss',
  ])
  expect(lateReport.loss).toEqual(unexpectedReport.loss)
  expect(lateReport.loss).toMatchObject({ altered: 0, duplicated: 0, unexpected: 0 })
  expect(disturbances).toBe(0)
  expect(isAlive(namesake.pid ?? 0)).toBe(true)
  for (const at of [one, other]) {
    expect(readdirSync(at.work)).toEqual(['drill-reports'])
    expect(at.leftovers()).toEqual([])
    expect(processesOf(at.work)).toEqual([])
  }
  expect(digestsBelow(world)).toEqual(worldBefore)
})

test('a dry run reads, names what it would write, passes nothing, and leaves nothing outside its directory', async () => {
  const at = place('dry')
  const run = await drill(at, ['--dry-run', '--out', 'dry-run'])
  const report = reportOf(run.stdout)
  expect([run.code, report.passed], run.stderr).toEqual([0, null])
  expect(readdirSync(at.work)).toEqual(['dry-run'])
  expect(at.leftovers()).toEqual([])
  expect(digestsBelow(world)).toEqual(worldBefore)
  expect(processesOf(at.work)).toEqual([])
  expect(disturbances).toBe(0)
})

test('Ctrl-C ends a run in order, and its last line, pasted, goes on to the end', async () => {
  const at = place('interrupted')
  const [node, ...rest] = testedCommand()
  const args = ['run', 'full-restore', '--world', world, '--out', 'a run; of mine']
  const child = spawn(node, [...rest, ...args], {
    env: { PATH: process.env.PATH ?? '', ...at.env },
    cwd: at.work,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)))
  await until(() => stderr.includes('Start StemeDB for this host only (') || child.exitCode !== null)
  const listened = listenersOf(processesOf(at.work))
  expect(listened.length, stderr).toBeGreaterThan(0)
  child.kill('SIGINT')
  expect(await ended, stderr).toBe(130)
  expect(processesOf(at.work)).toEqual([])
  expect(areGone(listened)).toBe(true)
  const pasted = /^Resume it with: \.\/drill (.+)$/.exec(stderr.trimEnd().split('\n').at(-1) ?? '')?.[1]
  const shell = spawn('sh', ['-c', `exec "$@" ${pasted} --format json`, 'sh', ...testedCommand()], {
    env: { PATH: process.env.PATH ?? '', ...at.env },
    cwd: at.work,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let stdout = ''
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  expect(await new Promise((resolve) => shell.on('close', resolve)), stderr).toBe(0)
  expect(reportOf(stdout).verdict.kind).toBe('restored-with-loss')
})
