import {
  Clock,
  currentFiber,
  driveSync,
  environment,
  fork,
  interruptFiber,
  Random,
  sleep,
  type Task,
  timeout,
} from '@dr-drill/runbook-core'
import { clockHandlers, Kernel, RandomStream, randomHandlers } from '@dr-drill/simulator'
import { expect, test } from 'vitest'

function drive<A>(task: Task<A>, skewMs = 0): A {
  const kernel = new Kernel()
  const ports = {
    Clock: clockHandlers(kernel, { epochMs: 1_000_000, skewMs }),
    Random: randomHandlers(RandomStream.fromSeed(5)),
  }
  const exit = driveSync(task, environment(ports), { time: kernel })
  if (exit?.kind !== 'success') throw exit?.kind === 'failure' ? exit.error : new Error('no value')
  expect(kernel.scheduled).toBe(0)
  return exit.value
}

test('drill time passes by sleeping only; history time is the epoch, what has passed, and the skew', () => {
  function* main(): Task<number[]> {
    const before = yield* Clock.drillNow({})
    yield* sleep(250)
    yield* sleep(0)
    return [before, yield* Clock.drillNow({}), yield* Clock.historyNow({})]
  }
  expect(drive(main())).toEqual([0, 250, 1_000_250])
  expect(drive(main(), -50)).toEqual([0, 250, 1_000_200])
})

test('an interrupted sleep ends at once and leaves nothing scheduled', () => {
  function* main(): Task<number> {
    const sleeper = yield* fork(sleep(60_000))
    yield* sleep(10)
    yield* interruptFiber(sleeper)
    yield* currentFiber()
    return yield* Clock.drillNow({})
  }
  expect(drive(main())).toBe(10)
})

test('a timeout strikes at its instant, and not one that was met at the same instant first', () => {
  expect(() => drive(timeout(10, 'sleep', sleep(11)))).toThrow('sleep took longer than 10 ms')
  expect(() => drive(timeout(10, 'sleep', sleep(10)))).not.toThrow()
})

test('the port Random draws from its stream', () => {
  function* main(): Task<[number, Uint8Array]> {
    return [yield* Random.uint32({}), yield* Random.bytes({ length: 5 })]
  }
  const stream = RandomStream.fromSeed(5)
  expect(drive(main())).toEqual([stream.uint32(), stream.bytes(5)])
})
