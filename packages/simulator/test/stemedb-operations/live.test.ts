import { type Call, Deferred, fork, join, type Middleware, sleep, type Task } from '@dr-drill/runbook-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assertion, keysUpTo, Production } from './production.ts'
import { restore } from './restore.ts'

const numRuns = process.env.DRILL_TEST_LONG === '1' ? 300 : 20

const pause = fc.integer({ min: 10, max: 60 })
/** Two of these pass before a checkpoint that is being uploaded is removed under the backup. */
const checkpointPause = fc.integer({ min: 100, max: 400 })

/** Every request to bucket and engine takes some drawn time, in which everything else goes on. */
const latency =
  (production: Production): Middleware =>
  (call, next) =>
    call.port === 'ObjectStore' || call.port === 'Http' ? later(production, call, next) : next(call)

function* later(
  production: Production,
  call: Call<unknown>,
  next: (call: Call<unknown>) => unknown,
): Task<unknown> {
  const done = new Deferred<null>()
  production.kernel.after(production.random.integer(1, 40), () => done.succeed(null))
  yield* done.wait()
  const outcome = next(call)
  return typeof (outcome as Task<unknown>)?.next === 'function' ? yield* outcome as Task<unknown> : outcome
}

describe('operations of an engine that is being written to', () => {
  it('every backup is a prefix that holds all that was acknowledged when it began', () => {
    fc.assert(
      fc.property(fc.nat(), pause, checkpointPause, (seed, pauseMs, checkpointMs) => {
        const production = new Production({ seed, middleware: latency })
        production.start()
        production.write(1, 5)
        let acknowledged = 5
        let isOver = false
        function* writer(): Task<void> {
          while (!isOver) {
            yield* production.engine!.assert(assertion(acknowledged + 1))
            acknowledged += 1
            yield* sleep(pauseMs)
          }
        }
        function* checkpoints(): Task<void> {
          while (!isOver) {
            yield* sleep(checkpointMs)
            yield* production.engine!.checkpoint()
          }
        }
        function* day(): Task<void> {
          const others = [yield* fork(writer()), yield* fork(checkpoints())]
          for (let round = 0; round < 3; round += 1) {
            const before = acknowledged
            const archived = yield* production.archive()
            expect(Number(archived.archivedThrough)).toBeGreaterThanOrEqual(before)
            const atStart = acknowledged
            const { stopPosition, recordCount } = yield* production.backup()
            expect(Number(stopPosition)).toBeGreaterThanOrEqual(atStart)
            expect(recordCount).toBe(Number(stopPosition))
          }
          isOver = true
          for (const other of others) yield* join(other)
        }
        production.must(day())
        const report = production.verify()
        expect(report.problems.filter(({ severity }) => severity === 'error')).toEqual([])
        expect(report.verified).toHaveLength(3)
        const restored = restore(production.store)
        expect(restored).toEqual(keysUpTo(restored.length))
        expect(restored.length).toBe(report.verified[0]!.recordCount)
      }),
      { numRuns },
    )
  })
})
