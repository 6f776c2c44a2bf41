import { invariant } from '../errors/index.ts'
import { Wait } from './effect.ts'
import { type Exit, failure, success } from './exit.ts'

type Listener<A> = (exit: Exit<A>) => void

/** A value that arrives later, once. Settling it wakes its waiters in the order in which they came. */
export class Deferred<A> {
  #exit: Exit<A> | null = null
  /** Null until somebody waits. */
  #listeners: (Listener<A> | null)[] | null = null

  get exit(): Exit<A> | null {
    return this.#exit
  }

  succeed(value: A): void {
    this.settle(success(value))
  }

  fail(error: unknown): void {
    this.settle(failure(error))
  }

  settle(exit: Exit<A>): void {
    invariant(this.#exit === null, 'a deferred settles once')
    this.#exit = exit
    const listeners = this.#listeners
    if (listeners === null) return
    this.#listeners = null
    for (const listener of listeners) listener?.(exit)
  }

  /** Calls `listener` when settled (at once if it is); the returned function takes it off again. */
  subscribe(listener: Listener<A>): () => void {
    if (this.#exit !== null) {
      listener(this.#exit)
      return () => {}
    }
    this.#listeners ??= []
    const listeners = this.#listeners
    const index = listeners.push(listener) - 1
    return () => {
      // Once it settles, all that waited are woken, whatever the first of them does.
      if (this.#listeners === listeners) listeners[index] = null
    }
  }

  /** `yield* deferred.wait()` gives the value or throws the failure. */
  wait(): Wait<A> {
    return new Wait(this)
  }
}
