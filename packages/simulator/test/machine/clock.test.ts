import { Clock, sleep } from '@dr-drill/runbook-core'
import { Kernel, MachineClock } from '@dr-drill/simulator'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EPOCH, TestMachine } from './support.ts'

const passed = (kernel: Kernel, ms: number): void => {
  kernel.after(ms, () => {})
  kernel.advance()
}

test('history time drifts by exactly its rate, and drill time never does (property)', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -500_000, max: 500_000 }),
      fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 1, maxLength: 5 }),
      (partsPerMillion, spans) => {
        const kernel = new Kernel()
        const clock = new MachineClock(kernel, EPOCH)
        clock.drift(partsPerMillion)
        for (const ms of spans) passed(kernel, ms)
        const total = spans.reduce((sum, ms) => sum + ms, 0)
        const ahead = clock.historyNow() - EPOCH - total
        expect(Math.abs(ahead - (total * partsPerMillion) / 1_000_000)).toBeLessThanOrEqual(1)
        expect(kernel.nowMs).toBe(total)
      },
    ),
  )
})

test('how long until a clock shows an instant is right whatever its drift (property)', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -500_000, max: 500_000 }),
      fc.integer({ min: 0, max: 100_000_000 }),
      (partsPerMillion, aheadMs) => {
        const kernel = new Kernel()
        const clock = new MachineClock(kernel, EPOCH)
        clock.drift(partsPerMillion)
        const at = EPOCH + aheadMs
        passed(kernel, clock.drillMsUntil(at))
        expect(clock.historyNow() - at).toBeGreaterThanOrEqual(-1)
        expect(clock.historyNow() - at).toBeLessThanOrEqual(2)
      },
    ),
  )
})

test('a step is seen by who reads history time, and only then told', () => {
  const host = new TestMachine()
  host.do(Clock.historyNow({}))
  expect(host.met).toEqual([])
  host.machine.control.stepClock(-90_000)
  expect(host.met).toEqual([])
  expect(host.do(Clock.historyNow({}))).toBe(EPOCH - 90_000)
  expect(host.do(Clock.drillNow({}))).toBe(0)
  expect(host.met).toEqual(['clock-read'])
})

test('a clock that is ahead from the start stays so much ahead', () => {
  const host = new TestMachine({ skewMs: 7_000 })
  host.do(sleep(500))
  expect(host.do(Clock.historyNow({}))).toBe(EPOCH + 7_500)
})

test('who waits is not kept waiting by a clock that is stepped', () => {
  const host = new TestMachine()
  host.kernel.after(100, () => host.machine.control.stepClock(-3_600_000))
  host.do(sleep(1_000))
  expect(host.kernel.nowMs).toBe(1_000)
})
