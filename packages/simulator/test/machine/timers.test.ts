import { Services } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EPOCH, MINUTE, oneshot, TestMachine, timer } from './support.ts'

const DAY_BEGAN = EPOCH - 5 * MINUTE
const ticking = (host = new TestMachine()): TestMachine => {
  host.do(Services.start({ name: 'job.timer' }))
  return host
}

test('a timer elapses at its multiples of the day and says when next', () => {
  const host = ticking()
  expect(host.status('job.timer')).toMatchObject({
    state: 'active',
    nextElapseAt: EPOCH + 10 * MINUTE,
    lastRunAt: null,
  })
  host.pass(45 * MINUTE)
  expect(host.runs).toEqual([15, 30, 45].map((minute) => DAY_BEGAN + minute * MINUTE))
  expect(host.status('job.timer')).toMatchObject({
    lastRunAt: DAY_BEGAN + 45 * MINUTE,
    nextElapseAt: DAY_BEGAN + 60 * MINUTE,
  })
  expect(host.status('job.service')).toMatchObject({ lastExitCode: 0, state: 'inactive' })
})

test('a timer that is stopped, or was never started, elapses no more', () => {
  const host = ticking()
  host.pass(20 * MINUTE)
  host.do(Services.stop({ name: 'job.timer' }))
  host.do(Services.enable({ name: 'job.timer' }))
  host.pass(60 * MINUTE)
  expect(host.runs.length).toBe(1)
  expect(host.status('job.timer')).toMatchObject({ state: 'inactive', enabled: true, nextElapseAt: null })
})

test('a silent timer says all that a working one says, and runs nothing', () => {
  const working = ticking()
  const silent = new TestMachine()
  const mend = silent.machine.control.stopTimer('job.timer')
  ticking(silent)
  for (const host of [working, silent]) host.pass(20 * MINUTE)
  expect({ ...silent.status('job.timer'), lastRunAt: null }).toEqual({
    ...working.status('job.timer'),
    lastRunAt: null,
  })
  expect([working.runs.length, silent.runs.length]).toEqual([1, 0])
  expect(new Set(silent.met)).toEqual(new Set(['timer-silent job.timer']))
  expect(working.met).toEqual([])
  mend()
  silent.pass(15 * MINUTE)
  expect(silent.runs.length).toBe(1)
})

test('how late a timer is within its accuracy is drawn per host and stays so', () => {
  const delays = [1, 2, 3, 1].map((seed) => {
    const host = new TestMachine({ seed })
    host.do(Services.install({ units: [timer({ name: 'lax.timer', accuracyMs: 60_000 })] }))
    host.do(Services.start({ name: 'lax.timer' }))
    host.pass(60 * MINUTE)
    const late = host.runs.map((at) => (at - DAY_BEGAN) % (15 * MINUTE))
    expect(new Set(late).size).toBe(1)
    return late[0] as number
  })
  expect(delays[3]).toBe(delays[0])
  expect(new Set(delays).size).toBe(3)
})

test('a stepped clock moves what comes next: nothing is run twice, nothing is forgotten (property)', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -40 * MINUTE, max: 40 * MINUTE }),
      fc.integer({ min: 0, max: 30 * MINUTE }),
      (step, at) => {
        const host = ticking()
        host.pass(at)
        host.machine.control.stepClock(step)
        host.pass(60 * MINUTE + 1)
        for (const run of host.runs) expect(run % (15 * MINUTE)).toBe(0)
        const since = host.runs.filter((run) => run > EPOCH + at + step).length
        expect(since).toBeGreaterThanOrEqual(4)
        expect(host.status('job.timer').nextElapseAt).toBeGreaterThan(host.machine.clock.historyNow())
      },
    ),
    { numRuns: 30 },
  )
})

test('a clock that runs twice as fast lets timers elapse twice as often', () => {
  const host = ticking()
  host.machine.control.driftClock(1_000_000)
  host.pass(60 * MINUTE)
  expect(host.runs.length).toBe(8)
})

test('a run that is still under way is joined, not doubled', () => {
  const host = new TestMachine()
  host.do(Services.install({ units: [oneshot({ startTimeoutMs: 60 * MINUTE })] }))
  host.jobMs = 20 * MINUTE
  ticking(host)
  host.pass(44 * MINUTE)
  expect(host.runs.length).toBe(2)
})

test('a run that exceeds the limit of its unit is killed', () => {
  const host = new TestMachine()
  host.jobMs = 5 * MINUTE
  ticking(host)
  host.pass(10 * MINUTE + 59_000)
  expect(host.status('job.service').state).toBe('activating')
  host.pass(1_000)
  expect(host.status('job.service')).toMatchObject({ state: 'failed', lastExitCode: null })
})
