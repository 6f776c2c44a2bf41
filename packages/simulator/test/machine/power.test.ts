import { Clock, FileSystem, Services, sleep } from '@dr-drill/runbook-core'
import { expect, test } from 'vitest'
import { EPOCH, MINUTE, TestMachine } from './support.ts'

test('after power loss what is enabled comes back, and nothing else', () => {
  const host = new TestMachine()
  host.do(Services.start({ name: 'toy.service' }))
  host.do(Services.start({ name: 'job.timer' }))
  host.do(Services.enable({ name: 'job.timer' }))
  host.machine.control.losePower(MINUTE)
  expect(host.met).toEqual(['power-lost'])
  expect(host.codeOf(Clock.historyNow({}))).toBe('connection-failed')
  expect(host.codeOf(FileSystem.stat({ path: '/' }))).toBe('connection-failed')
  host.pass(MINUTE)
  expect(host.status('toy.service').state).toBe('inactive')
  expect(host.status('job.timer').state).toBe('active')
  host.do(Services.enable({ name: 'toy.service' }))
  host.machine.control.losePower(MINUTE)
  host.machine.control.losePower(MINUTE)
  expect(host.machine.powerLosses).toBe(2)
  host.pass(MINUTE)
  expect(host.status('toy.service')).toMatchObject({ state: 'active', invocation: 'host-2' })
  expect(host.do(host.ask()).status).toBe(200)
})

test('no timer elapses while there is no power', () => {
  const host = new TestMachine()
  host.do(Services.start({ name: 'job.timer' }))
  host.machine.control.losePower(120 * MINUTE)
  host.pass(120 * MINUTE)
  expect(host.runs).toEqual([])
})

test('who waits for a service of a machine that loses its power sees a broken connection', () => {
  const host = new TestMachine()
  host.kernel.after(500, () => host.machine.control.losePower(MINUTE))
  expect(host.codeOf(Services.runOnce({ name: 'job.service', timeoutMs: MINUTE }))).toBe('service-failed')
  expect(host.kernel.nowMs).toBe(500)
})

test('what was not fsynced is drawn anew at each loss of each host', () => {
  const left = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => {
    const host = new TestMachine({ seed })
    const files = host.machine.disk.handlers()
    files.create({ path: '/a', mode: 0o600 })
    host.machine.control.losePower(1)
    return files.stat({ path: '/a' }) !== null
  })
  expect(new Set(left).size).toBe(2)
})

test('while a machine is paused nothing on it moves, and its clock has stood', () => {
  const host = new TestMachine()
  host.do(Services.start({ name: 'toy.service' }))
  host.do(Services.start({ name: 'job.timer' }))
  host.machine.control.pause(12 * MINUTE)
  expect(host.machine.services.servedSince('toy')).toBeNull()
  // The question itself waits for the machine to move.
  expect(host.do(Clock.historyNow({}))).toBe(EPOCH)
  expect(host.kernel.nowMs).toBe(12 * MINUTE)
  expect(host.runs).toEqual([])
  host.pass(10 * MINUTE)
  expect(host.runs).toEqual([EPOCH + 10 * MINUTE])
  expect(host.do(host.ask()).status).toBe(200)
  expect(host.met[0]).toBe('paused')
})

test('a run that is paused goes on where it stood', () => {
  const host = new TestMachine()
  host.kernel.after(200, () => host.machine.control.pause(MINUTE))
  host.do(Services.runOnce({ name: 'job.service', timeoutMs: 10 * MINUTE }))
  expect(host.kernel.nowMs).toBe(200 + MINUTE)
  expect(host.status('job.service').lastExitCode).toBe(0)
})

test('pauses that overlap last as long as the longer one', () => {
  const host = new TestMachine()
  host.machine.control.pause(1_000)
  host.pass(500)
  host.machine.control.pause(2_000)
  host.do(Clock.drillNow({}))
  expect(host.kernel.nowMs).toBe(2_500)
  expect(host.do(Clock.historyNow({}))).toBe(EPOCH)
})

test('without a fault a paused and a running world differ in nothing but time', () => {
  const trace = (pauseMs: number | null): unknown => {
    const host = new TestMachine()
    if (pauseMs !== null) host.machine.control.pause(pauseMs)
    host.do(Services.start({ name: 'toy.service' }))
    host.do(sleep(1_000))
    return [host.do(host.ask()).text, host.status('toy.service').state]
  }
  expect(trace(5_000)).toEqual(trace(null))
})
