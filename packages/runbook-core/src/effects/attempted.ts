import { OperatingError } from '../errors/index.ts'
import type { Effect, Task } from './effect.ts'

/** The result of a task that may fail with an operating error; programmer errors pass through. */
export type Attempt<A> =
  | { readonly ok: true; readonly value: A }
  | { readonly ok: false; readonly error: OperatingError }

/**
 * A task whose operating error is its value. It is an iterator itself and no generator: attempts stand around most that actions ask
 * for, and each generator between an effect and its driver costs both ways. It also sees whether it was told to unwind, which no
 * `catch` does: when it was, and its cleanup fails, nobody is there to be given the error as a value.
 */
export class Attempted<A> {
  readonly #task: Task<A>
  #isInterrupted = false

  constructor(task: Task<A>) {
    this.#task = task
  }

  next(answer?: unknown): IteratorResult<Effect, Attempt<A>> {
    try {
      return succeeded(this.#task.next(answer))
    } catch (error) {
      return this.#failed(error)
    }
  }

  throw(thrown: unknown): IteratorResult<Effect, Attempt<A>> {
    try {
      return succeeded(this.#task.throw(thrown))
    } catch (error) {
      return this.#failed(error)
    }
  }

  return(value: unknown): IteratorResult<Effect, Attempt<A>> {
    this.#isInterrupted = true
    return this.#task.return(value as A) as IteratorResult<Effect, Attempt<A>>
  }

  [Symbol.iterator](): this {
    return this
  }

  #failed(error: unknown): IteratorResult<Effect, Attempt<A>> {
    if (!(error instanceof OperatingError) || this.#isInterrupted) throw error
    return { done: true, value: { ok: false, error } }
  }
}

function succeeded<A>(result: IteratorResult<Effect, A>): IteratorResult<Effect, Attempt<A>> {
  return result.done === true ? { done: true, value: { ok: true, value: result.value } } : result
}
