import { asyncRuntime, Clock, environment, exitOf, type Task } from '@dr-drill/runbook-core'
import { expect, test } from 'vitest'
import { realClock } from '../../src/ports/clock.ts'

const world = environment({ Clock: realClock({ drillStartMs: 5_000, historyShiftMs: -86_400_000 }) })

test('drill time goes on from where it was; history time keeps its distance', async () => {
  function* main(): Task<number[]> {
    const before = yield* Clock.drillNow({})
    yield* Clock.sleep({ ms: 20 })
    return [before, yield* Clock.drillNow({}), yield* Clock.historyNow({})]
  }
  const exit = await exitOf(asyncRuntime().start(main(), world))
  if (exit.kind !== 'success') throw new Error('the task failed')
  const [before = 0, after = 0, history = 0] = exit.value
  expect(before).toBeGreaterThanOrEqual(5_000)
  // The kernel's timers may fire up to a millisecond early by this clock's whole milliseconds.
  expect(after - before).toBeGreaterThanOrEqual(19)
  expect(Math.round((Date.now() - history) / 86_400_000)).toBe(1)
})

test('an interrupted sleep ends at once', async () => {
  function* main(): Task<void> {
    yield* Clock.sleep({ ms: 2 ** 40 })
  }
  const fiber = asyncRuntime().start(main(), world)
  const exit = exitOf(fiber)
  fiber.interrupt()
  expect((await exit).kind).toBe('interrupted')
})
