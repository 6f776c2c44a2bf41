import type { Effect, Task } from './effect.ts'

/** A task that remembers whether it was told to unwind: a `catch` around it cannot see that otherwise. */
export class WatchedTask<A> implements Iterable<Effect, A, unknown> {
  readonly #task: Task<A>
  #isInterrupted = false

  constructor(task: Task<A>) {
    this.#task = task
  }

  get isInterrupted(): boolean {
    return this.#isInterrupted
  }

  next(answer: unknown): IteratorResult<Effect, A> {
    return this.#task.next(answer)
  }

  throw(error: unknown): IteratorResult<Effect, A> {
    return this.#task.throw(error)
  }

  return(value: A): IteratorResult<Effect, A> {
    this.#isInterrupted = true
    return this.#task.return(value)
  }

  [Symbol.iterator](): this {
    return this
  }
}
