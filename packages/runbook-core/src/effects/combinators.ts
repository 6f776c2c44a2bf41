import { type ErrorCode, invariant, OperatingError } from '../errors/index.ts'
import { Clock } from '../ports/clock.ts'
import { Random } from '../ports/random.ts'
import { type Attempt, Attempted } from './attempted.ts'
import { Deferred } from './deferred.ts'
import { Fork, Interrupt, Provide, Self, Shield, type Task } from './effect.ts'
import type { Environment } from './environment.ts'
import { type Exit, failure } from './exit.ts'
import type { Fiber } from './fiber.ts'

/** Starts a child fiber; it never outlives the one that starts it. */
export const fork = <A>(task: Task<A>, label = ''): Fork<A> => new Fork(task, label)

/** Interrupts a fiber and waits for its cleanup. */
export const interruptFiber = (fiber: Fiber<unknown>): Interrupt => new Interrupt(fiber)

/** Runs a task with another environment. */
export const provide = <A>(environment: Environment, task: Task<A>): Provide<A> & Task<A> =>
  new Provide(environment, task) as Provide<A> & Task<A>

/**
 * Runs a task to its end even when the fiber is interrupted meanwhile: its calls are not told to hurry, its children not interrupted.
 * To a driver it is one effect, and one is all that a `finally` may perform once its fiber is interrupted: where a cleanup asks for
 * effects, it is written `finally { yield* uninterrupted(() => cleanup()) }`.
 */
export const uninterrupted = <A>(task: () => Task<A>): Shield<A> & Task<A> =>
  new Shield(task()) as Shield<A> & Task<A>

/** The fiber this task runs on. */
export const currentFiber = (): Self => new Self()

/** Waits `ms` of drill time; interruptible. */
export const sleep = (ms: number) => Clock.sleep({ ms })

/** The value of an exit; a failure is thrown, an interrupt is thrown as `cancelled`. */
export function unwrap<A>(exit: Exit<A>): A {
  if (exit.kind === 'success') return exit.value
  if (exit.kind === 'failure') throw exit.error
  throw new OperatingError('cancelled', 'the awaited work was interrupted')
}

/** Waits for a fiber and gives its value or throws its failure. */
export function* join<A>(fiber: Fiber<A>): Task<A> {
  return unwrap(yield* fiber.done.wait())
}

/**
 * Runs tasks side by side, at most `concurrency` at once, and gives their values in order. The first failure wins: nothing further
 * is started, those under way are interrupted, their cleanup is awaited, then it is thrown.
 */
export function* all<A>(tasks: Iterable<() => Task<A>>, concurrency: number): Task<A[]> {
  invariant(Number.isSafeInteger(concurrency) && concurrency >= 1, 'at least one task runs at a time')
  const results: A[] = []
  const iterator = tasks[Symbol.iterator]()
  const ended = new Deferred<null>()
  let cause: Exit<never> | null = null
  let started = 0
  const hasFailed = () => cause !== null
  function fail(exit: Exit<never>): void {
    cause ??= exit
    if (ended.exit === null) ended.succeed(null)
  }
  function* worker(): Task<void> {
    try {
      while (!hasFailed()) {
        const item = iterator.next()
        if (item.done === true) return
        const index = started++
        results[index] = yield* item.value()
      }
    } catch (error) {
      // Here, not where the fiber ends: until then it waits for its children, and another failure may overtake this one.
      fail(failure(error))
      throw error
    }
  }
  const fibers: Fiber<void>[] = []
  for (let index = 0; index < concurrency; index += 1) fibers.push(yield* fork(worker()))
  let alive = fibers.length
  for (const fiber of fibers) {
    fiber.done.subscribe((settled) => {
      const exit = unwrap(settled)
      alive -= 1
      if (exit.kind !== 'success') fail(exit)
      else if (alive === 0 && ended.exit === null) ended.succeed(null)
    })
  }
  yield* ended.wait()
  if (cause !== null) {
    yield* interruptAll(fibers)
    unwrap(cause as Exit<never>)
  }
  return results
}

/** Runs two tasks side by side and gives both values; a failure is told as `all` tells it. */
export function* both<A, B>(first: () => Task<A>, second: () => Task<B>): Task<[A, B]> {
  const values = yield* all<A | B>([first, second], 2)
  return values as [A, B]
}

function* interruptAll<A>(fibers: readonly Fiber<A>[]): Task<void> {
  for (const fiber of fibers) fiber.interrupt()
  for (const fiber of fibers) yield* fiber.done.wait()
}

/**
 * The exit of whichever ends first; the others are interrupted and their cleanup awaited. An operating error of a loser does not
 * count; a defect in its cleanup does.
 */
export function* race<A>(tasks: readonly Task<A>[]): Task<A> {
  invariant(tasks.length > 0, 'a race has a runner')
  const first = new Deferred<Exit<A>>()
  const fibers: Fiber<A>[] = []
  for (const task of tasks) fibers.push(yield* fork(task))
  for (const fiber of fibers) {
    fiber.done.subscribe((settled) => {
      if (first.exit === null) first.succeed(unwrap(settled))
    })
  }
  const exit = yield* first.wait()
  yield* interruptAll(fibers)
  const value = unwrap(exit)
  for (const fiber of fibers) {
    const end = unwrap(fiber.done.exit as Exit<Exit<A>>)
    if (end.kind === 'failure' && !(end.error instanceof OperatingError)) throw end.error
  }
  return value
}

/** Ends a task that takes longer than `ms` with `timed-out`, once its call in flight has acknowledged and its cleanup has run. */
export function* timeout<A>(ms: number, subject: string, task: Task<A>): Task<A> {
  function* expiry(): Task<never> {
    yield* sleep(ms)
    throw new OperatingError('timed-out', `${subject} took longer than ${ms} ms`, { subject })
  }
  return yield* race<A>([task, expiry()])
}

/**
 * Runs a task and gives its operating error as a value. When the task is interrupted and its cleanup fails, there is nobody to give
 * it to: the error is thrown on, or whatever follows the attempt would run although it was interrupted.
 */
export const attempt = <A>(task: Task<A>): Task<Attempt<A>> =>
  new Attempted(task) as unknown as Task<Attempt<A>>

/** When and how often to try again: exponential backoff with full jitter from the Random port. */
export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly attemptsMax: number
  readonly delayMs: number
  readonly delayMsMax: number
  /** Only these codes are retried; null: every error that says a retry can help. */
  readonly codes?: readonly ErrorCode[] | null
}

/** The wait before attempt `next` (2, 3, ...): between half and all of the doubled delay. `draw` is a uint32. */
export function backoffMs(policy: RetryPolicy, next: number, draw: number): number {
  const ceiling = Math.min(policy.delayMsMax, policy.delayMs * 2 ** Math.min(next - 2, 30))
  return Math.floor(ceiling / 2 + (ceiling / 2) * (draw / 0x1_0000_0000))
}

/** True when the policy wants another attempt after this error. */
export function wantsRetry(policy: RetryPolicy, attemptsDone: number, error: OperatingError): boolean {
  if (attemptsDone >= policy.attemptsMax) return false
  return policy.codes == null ? error.retryable : policy.codes.includes(error.code)
}

/** Runs a task until it succeeds or the policy gives up; then the last error is thrown. */
export function* retry<A>(policy: RetryPolicy, task: (attempt: number) => Task<A>): Task<A> {
  for (let count = 1; ; count += 1) {
    const result = yield* attempt(task(count))
    if (result.ok) return result.value
    if (!wantsRetry(policy, count, result.error)) throw result.error
    yield* sleep(backoffMs(policy, count + 1, yield* Random.uint32({})))
  }
}
