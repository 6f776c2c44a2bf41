import {
  all,
  attempt,
  both,
  Deferred,
  definePort,
  driveAsync,
  driveSync,
  environment,
  fork,
  intercept,
  interruptFiber,
  OperatingError,
  race,
  Settle,
  type Task,
  uninterrupted,
} from '@dr-drill/runbook-core'
import { expect, test } from 'vitest'

interface Toy {
  double(input: { n: number }): number
  hang(input: Record<never, never>): null
  fail(input: { why: string }): never
}
const Toy = definePort<Toy>('Toy', { double: 'read', hang: 'read', fail: 'write' })

function world() {
  const log: string[] = []
  const hung: Deferred<null>[] = []
  const env = environment({
    Toy: {
      *double({ n }: { n: number }): Task<number> {
        log.push(`double ${n}`)
        return n * 2
      },
      hang(_: unknown, context: { onCancel(f: () => void): void }) {
        const deferred = new Deferred<null>()
        hung.push(deferred)
        context.onCancel(() => {
          log.push('cancelled')
          deferred.succeed(null)
        })
        return deferred
      },
      fail({ why }: { why: string }) {
        throw new OperatingError('input-output', why)
      },
    },
  })
  return { env, log, hung }
}

test('calls are answered by value, task and deferred; errors say where they arose', () => {
  const { env } = world()
  function* main(): Task<string> {
    const four = yield* Toy.double({ n: 2 })
    const failed = yield* attempt(Toy.fail({ why: 'broken' }))
    return `${four} ${failed.ok ? '' : `${failed.error.message} at ${failed.error.origin?.fiber}:${failed.error.origin?.effect}`}`
  }
  expect(driveSync(main(), env)).toEqual({ kind: 'success', value: '4 broken at run:2' })
})

test('an interrupt ends children first, lets the call acknowledge, and finishes a cleanup that calls', () => {
  const { env, log } = world()
  const started = new Deferred<null>()
  function* child(): Task<void> {
    try {
      started.succeed(null)
      yield* Toy.hang({})
      log.push('never')
    } finally {
      yield* uninterrupted(function* () {
        log.push(`child cleaned ${yield* Toy.double({ n: 5 })}`)
      })
    }
  }
  function* parent(): Task<void> {
    try {
      yield* fork(child())
      yield* new Deferred<null>().wait()
    } finally {
      log.push('parent cleaned')
      yield* uninterrupted(function* () {
        const fibers = yield* all([() => Toy.double({ n: 7 })], 1)
        log.push(`and ${fibers}`)
      })
    }
  }
  function* main(): Task<string> {
    const fiber = yield* fork(parent())
    yield* started.wait()
    yield* Toy.double({ n: 1 })
    const other = yield* fork(
      (function* (): Task<void> {
        yield* interruptFiber(fiber)
      })(),
    )
    yield* other.done.wait()
    return JSON.stringify(fiber.done.exit)
  }
  const exit = driveSync(main(), env)
  expect(exit).toEqual({ kind: 'success', value: '{"kind":"success","value":{"kind":"interrupted"}}' })
  expect(log).toEqual([
    'double 1',
    'cancelled',
    'double 5',
    'child cleaned 10',
    'parent cleaned',
    'double 7',
    'and 14',
  ])
})

test('race interrupts the losers; all throws the first failure', () => {
  const { env, log } = world()
  function* main(): Task<unknown> {
    const won = yield* race<unknown>([Toy.hang({}), Toy.double({ n: 3 })])
    const failed = yield* attempt(
      all(
        [
          () => Toy.hang({}),
          () => Toy.fail({ why: 'first' }),
          () => Toy.double({ n: 9 }),
        ] as (() => Task<unknown>)[],
        2,
      ),
    )
    return [won, failed.ok ? null : failed.error.message]
  }
  expect(driveSync(main(), env)).toEqual({ kind: 'success', value: [6, 'first'] })
  expect(log).toEqual(['double 3', 'cancelled', 'cancelled'])
})

test('middleware wraps a call; both drivers give the same exit', async () => {
  const seen: string[] = []
  const env = intercept(world().env, (call, next) =>
    (function* (): Task<unknown> {
      seen.push(`before ${call.method}`)
      const value = yield* new Settle(next(call))
      seen.push(`after ${call.method}`)
      return value
    })(),
  )
  const main = () => Toy.double({ n: 21 })
  expect(driveSync(main(), env)).toEqual({ kind: 'success', value: 42 })
  expect(await driveAsync(main(), env)).toEqual({ kind: 'success', value: 42 })
  expect(seen).toEqual(['before double', 'after double', 'before double', 'after double'])
})

test('a crash runs no finally', () => {
  const { env, log } = world()
  let runtime: { crash(): void } | undefined
  function* main(): Task<void> {
    try {
      yield* Toy.double({ n: 1 })
      yield* Toy.double({ n: 2 })
    } finally {
      log.push('finally')
    }
  }
  const hooks = {
    beforeCall: (call: { input: unknown }) => {
      if ((call.input as { n: number }).n === 2) runtime?.crash()
    },
  }
  return import('@dr-drill/runbook-core').then(({ Runtime }) => {
    const real = new Runtime({ hooks, adoptsPromises: false })
    runtime = real
    expect(driveSync(main(), env, { runtime: real })).toBeNull()
    expect(log).toEqual(['double 1'])
  })
})

test('two tasks side by side give both values; the failure of one cancels the other', () => {
  const { env, log } = world()
  const word = function* (): Task<string> {
    return 'seven'
  }
  expect(
    driveSync(
      both(() => Toy.double({ n: 7 }), word),
      env,
    ),
  ).toEqual({ kind: 'success', value: [14, 'seven'] })
  const exit = driveSync(
    both(
      () => Toy.hang({}),
      () => Toy.fail({ why: 'broken' }),
    ),
    env,
  )
  expect(exit).toMatchObject({ kind: 'failure', error: { message: 'broken' } })
  expect(log).toEqual(['double 7', 'cancelled'])
})
