import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ServiceStatus, ServiceUnit, TimerUnit } from '@dr-drill/runbook-core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Supervisor, supervisor, unitStore } from '../../../src/ports/supervisor/index.ts'
import { codeOf, errorOf, uncancelled } from '../../support/calls.ts'
import { isAlive, until } from '../../support/processes.ts'

const STAYS = 'setInterval(() => {}, 1000); console.log("up " + process.env.INVOCATION)'

let directory: string
let running: Supervisor[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'drill-supervisor-'))
  running = []
})
afterEach(async () => {
  for (const one of running) await one.close(100)
  rmSync(directory, { recursive: true })
})

function start(historyNow = () => 0): Supervisor {
  const made = supervisor({
    host: {
      programOf: (unit, invocation) => ({
        argv: [process.execPath, '-e', unit.argv[0]],
        env: { INVOCATION: invocation },
        directory,
        account: null,
      }),
      onLine() {},
      historyNow,
    },
    store: unitStore(join(directory, 'units.json')),
    onTimerFailure() {},
  })
  running.push(made)
  return made
}

const service = (script: string, rest: Partial<ServiceUnit> = {}): ServiceUnit => ({
  kind: 'service',
  name: 'one.service',
  description: '',
  type: 'daemon',
  argv: [script],
  user: 'nobody',
  group: 'nogroup',
  environmentFile: null,
  writablePaths: [],
  restart: 'no',
  restartDelayMs: 1,
  startTimeoutMs: 10_000,
  stopTimeoutMs: 10_000,
  ...rest,
})

const name = 'one.service'
const status = async (of: Supervisor, unit = name): Promise<ServiceStatus> => {
  const [found] = (await of.handlers.status({ names: [unit] }, uncancelled)) as readonly ServiceStatus[]
  if (found === undefined) throw new Error('no status')
  return found
}
const lines = (of: Supervisor) => of.handlers.log({ name, linesMax: 100 }, uncancelled) as readonly string[]
async function untilStatus(of: Supervisor, holds: (found: ServiceStatus) => boolean): Promise<ServiceStatus> {
  for (;;) {
    const found = await status(of)
    if (holds(found)) return found
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

test('each start is another process with an identity of its own, which the process knows', async () => {
  const host = start()
  await host.handlers.install({ units: [service(STAYS)] }, uncancelled)
  expect(await status(host)).toMatchObject({ installed: true, state: 'inactive', invocation: null })
  const seen = new Set<string>()
  for (let round = 0; round < 2; round += 1) {
    await host.handlers.start({ name }, uncancelled)
    const { invocation, state } = await status(host)
    expect(state).toBe('active')
    await until(() => lines(host).length > 0)
    expect(lines(host)).toEqual([`up ${invocation}`])
    seen.add(invocation ?? '')
    await host.handlers.start({ name }, uncancelled)
    expect((await status(host)).invocation).toBe(invocation)
    await host.handlers.stop({ name }, uncancelled)
    expect(await status(host)).toMatchObject({ state: 'inactive', invocation: null })
  }
  expect(seen.size).toBe(2)
})

test('a process that ignores SIGTERM is killed when its patience is over, with all that it started', async () => {
  const stubborn = `
    process.on('SIGTERM', () => {})
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    console.log(child.pid)
    setInterval(() => {}, 1000)`
  const host = start()
  await host.handlers.install({ units: [service(stubborn, { stopTimeoutMs: 50 })] }, uncancelled)
  await host.handlers.start({ name }, uncancelled)
  await until(() => lines(host).length > 0)
  const grandchild = Number(lines(host)[0])
  expect(isAlive(grandchild)).toBe(true)
  await host.handlers.stop({ name }, uncancelled)
  await until(() => !isAlive(grandchild))
})

test('a failed daemon is started again as its unit says, and not for ever', async () => {
  const host = start()
  const counting = `require('node:fs').appendFileSync('starts', 'x'); process.exit(3)`
  await host.handlers.install({ units: [service(counting, { restart: 'on-failure' })] }, uncancelled)
  await host.handlers.start({ name }, uncancelled)
  const starts = () => readFileSync(join(directory, 'starts'), 'utf8').length
  expect(await untilStatus(host, ({ state }) => state === 'failed')).toMatchObject({ lastExitCode: 3 })
  expect(starts()).toBe(6)
})

test('a oneshot is run to its end; failure and excess of time are told with what it printed', async () => {
  const host = start()
  const once = { type: 'oneshot' as const }
  await host.handlers.install({ units: [service('console.log("done")', once)] }, uncancelled)
  await host.handlers.runOnce({ name, timeoutMs: 10_000 }, uncancelled)
  expect(await status(host)).toMatchObject({ state: 'inactive', lastExitCode: 0 })
  await host.handlers.install(
    { units: [service('console.error("why"); process.exit(2)', once)] },
    uncancelled,
  )
  const failed = await errorOf(() => host.handlers.runOnce({ name, timeoutMs: 10_000 }, uncancelled))
  expect([failed.code, failed.message]).toEqual(['service-failed', 'one.service ended with 2: why'])
  await host.handlers.install({ units: [service(STAYS, once)] }, uncancelled)
  expect(await codeOf(() => host.handlers.runOnce({ name, timeoutMs: 50 }, uncancelled))).toBe('timed-out')
})

test('a timer runs its service at its time and tells the next one', async () => {
  const startedAt = Date.now()
  // History starts 100 ms before the hour.
  const host = start(() => 3_600_000 - 100 + (Date.now() - startedAt))
  const timer: TimerUnit = {
    kind: 'timer',
    name: 'one.timer',
    description: '',
    service: name,
    intervalMs: 3_600_000,
    alignedToDay: true,
    accuracyMs: 0,
  }
  const units = [service('require("node:fs").writeFileSync("ran", "")', { type: 'oneshot' }), timer]
  await host.handlers.install({ units }, uncancelled)
  await host.handlers.enable({ name: 'one.timer' }, uncancelled)
  await host.handlers.start({ name: 'one.timer' }, uncancelled)
  expect(await status(host, 'one.timer')).toMatchObject({
    state: 'active',
    enabled: true,
    nextElapseAt: 3_600_000,
  })
  await untilStatus(host, ({ lastExitCode }) => lastExitCode === 0)
  expect(await status(host, 'one.timer')).toMatchObject({ nextElapseAt: 7_200_000 })
  readFileSync(join(directory, 'ran'))
})

test('units and what is enabled outlive the supervisor; a damaged record of them is refused', async () => {
  const first = start()
  await first.handlers.install({ units: [service(STAYS)] }, uncancelled)
  await first.handlers.enable({ name }, uncancelled)
  expect(await status(start())).toMatchObject({ installed: true, enabled: true, state: 'inactive' })
  writeFileSync(join(directory, 'units.json'), '{}')
  expect(await codeOf(() => start())).toBe('input-invalid')
})

test('a unit that is not installed and a program that is not there are operating errors', async () => {
  const host = start()
  expect(await codeOf(() => host.handlers.start({ name }, uncancelled))).toBe('service-failed')
  expect(await codeOf(() => host.handlers.enable({ name }, uncancelled))).toBe('service-failed')
  expect(await status(host)).toMatchObject({ installed: false, state: 'inactive' })
})

test('when the supervising process is killed, what it supervised ends too', async () => {
  const parent = spawn(
    process.execPath,
    ['--conditions=source', fileURLToPath(new URL('./supervising-process.ts', import.meta.url)), directory],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const pid = await new Promise<number>((resolve) => {
    parent.stdout.on('data', (text: Buffer) => resolve(Number(text.toString())))
  })
  expect(isAlive(pid)).toBe(true)
  parent.kill('SIGKILL')
  await until(() => !isAlive(pid))
})
