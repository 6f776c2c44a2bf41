import { Services, sleep } from '@dr-drill/runbook-core'
import { expect, test } from 'vitest'
import { daemon, EPOCH, TestMachine } from './support.ts'

const started = (host = new TestMachine()): TestMachine => {
  host.do(Services.start({ name: 'toy.service' }))
  return host
}

test('a service serves when it has started up, and its process has a name of its own', () => {
  const host = new TestMachine()
  host.startUp = () => sleep(4_000)
  started(host)
  expect(host.status('toy.service')).toMatchObject({ state: 'active', invocation: 'host-1' })
  expect(host.codeOf(host.ask())).toBe('connection-failed')
  expect(host.machine.services.servedSince('toy')).toBeNull()
  host.pass(4_000)
  expect(host.do(host.ask('/x')).text).toBe('host-1 /x')
  expect(host.machine.services.servedSince('toy')).toBe(4_000)
  expect(host.do(Services.log({ name: 'toy.service', linesMax: 9 }))).toEqual(['listening'])
})

test('started again after a stop it is another process, and nobody answers between', () => {
  const host = started()
  host.do(Services.start({ name: 'toy.service' }))
  expect(host.status('toy.service').invocation).toBe('host-1')
  host.do(Services.stop({ name: 'toy.service' }))
  expect(host.codeOf(host.ask())).toBe('connection-failed')
  expect(host.status('toy.service')).toMatchObject({ state: 'inactive', invocation: null, lastExitCode: 0 })
  started(host)
  expect(host.status('toy.service').invocation).toBe('host-2')
})

test.each([
  ['stays down', { restarts: false }, 'failed', null],
  ['is started again', { restarts: true }, 'active', 'host-2'],
] as const)('a crashed service %s', (_what, options, state, invocation) => {
  const host = started()
  host.machine.control.crashService('toy.service', options)
  expect(host.met).toEqual(['service-crashed toy.service'])
  expect(host.codeOf(host.ask())).toBe('connection-failed')
  expect(host.status('toy.service').lastExitCode).toBeNull()
  host.pass(4_999)
  expect(host.status('toy.service').invocation).toBeNull()
  host.pass(1)
  expect(host.status('toy.service')).toMatchObject({ state, invocation })
})

test('a service that does not run cannot crash', () => {
  const host = new TestMachine()
  host.machine.control.crashService('toy.service')
  host.machine.control.crashService('nobody.service')
  expect(host.met).toEqual([])
})

test('who asks a process that dies meanwhile sees a broken connection', () => {
  const host = started()
  expect(host.codeOf(host.ask('/die'))).toBe('connection-failed')
  expect(host.status('toy.service')).toMatchObject({ state: 'activating', lastExitCode: 3 })
})

test('a service that cannot start up ends with its reason in the log, and is tried again and again', () => {
  const host = new TestMachine()
  let attempts = 0
  host.startUp = function* () {
    attempts += 1
    yield* Services.start({ name: 'nobody.service' })
  }
  started(host)
  expect(host.status('toy.service')).toMatchObject({ state: 'activating', lastExitCode: 1 })
  expect(host.do(Services.log({ name: 'toy.service', linesMax: 1 }))[0]).toContain('nobody.service')
  host.pass(50_001)
  expect(attempts).toBe(11)
})

test('a service that falls over at once is given up after five restarts in ten seconds', () => {
  const host = new TestMachine()
  host.do(Services.install({ units: [daemon({ restartDelayMs: 100 })] }))
  let attempts = 0
  host.startUp = function* () {
    attempts += 1
    yield* Services.start({ name: 'nobody.service' })
  }
  started(host)
  host.pass(60_000)
  expect(attempts).toBe(6)
  expect(host.status('toy.service').state).toBe('failed')
})

test('a service that hangs lets its clients wait until they have had enough, and answers again', () => {
  const host = started()
  const goOn = host.machine.control.hangService('toy.service')
  expect(host.codeOf(host.ask('/', 3_000))).toBe('timed-out')
  expect(host.kernel.nowMs).toBe(3_000)
  expect(host.met).toEqual(['service-hung toy.service'])
  expect(host.status('toy.service').state).toBe('active')
  expect(host.machine.services.servedSince('toy')).toBeNull()
  goOn()
  expect(host.codeOf(host.ask())).toBe('done')
})

test('a service that hangs is stopped by force after the patience of its unit', () => {
  const host = started()
  host.machine.control.hangService('toy.service')
  host.do(Services.stop({ name: 'toy.service' }))
  expect(host.kernel.nowMs).toBe(90_000)
  expect(host.status('toy.service').state).toBe('inactive')
})

test('as many starts fail as were asked for, and no more', () => {
  const host = new TestMachine()
  host.machine.control.failStarts('toy.service', 2)
  const starts = [1, 2, 3].map(() => host.codeOf(Services.start({ name: 'toy.service' })))
  expect(starts).toEqual(['service-failed', 'service-failed', 'done'])
  expect(host.met).toEqual(['start-failed toy.service', 'start-failed toy.service'])
})

test('a fault of a unit that is not installed yet waits for it', () => {
  const host = new TestMachine()
  const mend = host.machine.control.failStarts('late.service', 5)
  expect(host.codeOf(Services.start({ name: 'late.service' }))).toBe('service-failed')
  expect(host.met).toEqual([])
  host.do(Services.install({ units: [daemon({ name: 'late.service' })] }))
  expect(host.codeOf(Services.start({ name: 'late.service' }))).toBe('service-failed')
  expect(host.met).toEqual(['start-failed late.service'])
  mend()
  mend()
  // No program stands behind that name: it fails for another reason now, which is told by nobody.
  expect(host.codeOf(Services.start({ name: 'late.service' }))).toBe('service-failed')
  expect(host.met.length).toBe(1)
})

test('a run is awaited to its end; runs fail as often as asked', () => {
  const host = new TestMachine()
  host.do(Services.runOnce({ name: 'job.service', timeoutMs: 5_000 }))
  expect([host.kernel.nowMs, host.status('job.service').lastExitCode]).toEqual([1_000, 0])
  expect(host.status('job.service').lastRunAt).toBe(EPOCH)
  host.machine.control.failRuns('job.service', 1)
  expect(host.codeOf(Services.runOnce({ name: 'job.service', timeoutMs: 5_000 }))).toBe('service-failed')
  expect(host.status('job.service')).toMatchObject({ state: 'failed', lastExitCode: 1 })
  expect(host.codeOf(Services.runOnce({ name: 'job.service', timeoutMs: 5_000 }))).toBe('done')
  expect(host.met).toEqual(['run-failed job.service'])
})

test('a run that takes too long is killed', () => {
  const host = new TestMachine()
  host.jobMs = 10_000
  expect(host.codeOf(Services.runOnce({ name: 'job.service', timeoutMs: 2_000 }))).toBe('timed-out')
  expect([host.kernel.nowMs, host.status('job.service').state]).toEqual([2_000, 'failed'])
})

test('where a stranger listens the service does not come up, and who asks hears the stranger', () => {
  const host = new TestMachine()
  const leave = host.machine.control.occupy('toy')
  started(host)
  expect(host.status('toy.service').state).toBe('activating')
  expect(host.do(host.ask()).text).toContain('It works')
  expect(new Set(host.met)).toEqual(new Set(['endpoint-occupied toy']))
  leave()
  host.pass(5_000)
  expect(host.do(host.ask('/y')).text).toBe('host-2 /y')
})

test('an answer that is larger than the client takes is none', () => {
  const host = started()
  expect(host.codeOf(host.ask(`/${'x'.repeat(2_000)}`))).toBe('response-invalid')
})

test('units that nobody installed are named', () => {
  const host = new TestMachine()
  for (const task of [
    Services.start({ name: 'x.service' }),
    Services.enable({ name: 'x.timer' }),
    Services.disable({ name: 'x.timer' }),
    Services.runOnce({ name: 'x.service', timeoutMs: 1 }),
    Services.log({ name: 'x.service', linesMax: 1 }),
  ]) {
    expect(host.codeOf(task)).toBe('service-failed')
  }
  expect(host.codeOf(Services.stop({ name: 'x.service' }))).toBe('done')
  expect(host.status('x.service').installed).toBe(false)
})
