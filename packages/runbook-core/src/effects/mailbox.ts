import { Deferred } from './deferred.ts'
import type { Task } from './effect.ts'

/** A queue between fibers: many may send, one receives. */
export class Mailbox<A> {
  readonly #items: A[] = []
  #waiting: Deferred<null> | null = null

  send(item: A): void {
    this.#items.push(item)
    const waiting = this.#waiting
    this.#waiting = null
    waiting?.succeed(null)
  }

  get isEmpty(): boolean {
    return this.#items.length === 0
  }

  /** The oldest item; waits until there is one. */
  *receive(): Task<A> {
    while (this.#items.length === 0) {
      this.#waiting ??= new Deferred<null>()
      yield* this.#waiting.wait()
    }
    return this.#items.shift() as A
  }
}
