import type { Deferred } from './deferred.ts'
import type { Environment } from './environment.ts'
import type { Fiber } from './fiber.ts'

/**
 * A computation that asks for its effects as data and gets their results back (sans-IO). Written as `function*`; composed with
 * `yield*` only: a bare `yield` would be untyped, and only drivers call `next`, `return` or `throw`.
 */
export type Task<A> = Generator<Effect, A, unknown>

/** Everything a task may ask of its driver. */
export type Effect =
  | Call<unknown>
  | Fork<unknown>
  | Wait<unknown>
  | Interrupt
  | Provide<unknown>
  | Shield<unknown>
  | Settle<unknown>
  | Self

/**
 * An effect is its own single-use iterator: `yield* effect` hands itself to the driver once and returns the answer. This costs one
 * object per effect where a generator per effect costs ten times as much.
 */
abstract class Asked<A> {
  #asked = false

  next(answer?: unknown): IteratorResult<Effect, A> {
    if (this.#asked) return { done: true, value: answer as A }
    this.#asked = true
    return { done: false, value: this as unknown as Effect }
  }

  [Symbol.iterator](): Generator<Effect, A, unknown> {
    return this as unknown as Generator<Effect, A, unknown>
  }

  return(value: A): IteratorResult<Effect, A> {
    return { done: true, value }
  }

  throw(error: unknown): IteratorResult<Effect, A> {
    throw error
  }
}

/** What a port call does to the world: decides whether an intent is journalled first. `own` is the run's own journal and reports. */
export type Access = 'read' | 'write' | 'own'

/** One call of one port method. `input` is plain data (bytes allowed), so that a call can be traced, digested and replayed. */
export class Call<A> extends Asked<A> {
  readonly op = 'call'
  readonly port: string
  readonly method: string
  readonly access: Access
  readonly input: unknown

  constructor(port: string, method: string, access: Access, input: unknown) {
    super()
    this.port = port
    this.method = method
    this.access = access
    this.input = input
  }
}

/** Starts a child fiber; it ends before its parent does. */
export class Fork<A> extends Asked<Fiber<A>> {
  readonly op = 'fork'
  readonly task: Task<A>
  readonly label: string

  constructor(task: Task<A>, label: string) {
    super()
    this.task = task
    this.label = label
  }
}

/** Waits for a deferred; interruptible at once. */
export class Wait<A> extends Asked<A> {
  readonly op = 'wait'
  readonly deferred: Deferred<A>

  constructor(deferred: Deferred<A>) {
    super()
    this.deferred = deferred
  }
}

/** Interrupts a fiber and waits until its cleanup has ended. */
export class Interrupt extends Asked<void> {
  readonly op = 'interrupt'
  readonly fiber: Fiber<unknown>

  constructor(fiber: Fiber<unknown>) {
    super()
    this.fiber = fiber
  }
}

/** Runs a task with another environment. */
export class Provide<A> extends Asked<A> {
  readonly op = 'provide'
  readonly environment: Environment
  readonly task: Task<A>

  constructor(environment: Environment, task: Task<A>) {
    super()
    this.environment = environment
    this.task = task
  }
}

/** Runs a task to its end, whoever interrupts the fiber meanwhile. */
export class Shield<A> extends Asked<A> {
  readonly op = 'shield'
  readonly task: Task<A>

  constructor(task: Task<A>) {
    super()
    this.task = task
  }
}

/** Turns what a handler returned (value, deferred, task or promise) into its value; for middleware. */
export class Settle<A> extends Asked<A> {
  readonly op = 'settle'
  readonly outcome: unknown

  constructor(outcome: unknown) {
    super()
    this.outcome = outcome
  }
}

/** The fiber that runs this task. */
export class Self extends Asked<Fiber<unknown>> {
  readonly op = 'self'
}
