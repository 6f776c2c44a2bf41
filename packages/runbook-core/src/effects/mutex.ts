import { Deferred } from './deferred.ts'
import type { Task } from './effect.ts'

/** Lets at most `permits` tasks run a section at once, first come, first served. Lives in memory only. */
export class Semaphore {
  #free: number
  readonly #waiters: Deferred<null>[] = []

  constructor(permits: number) {
    this.#free = permits
  }

  /** Runs a task while holding a permit. */
  *with<A>(task: () => Task<A>): Task<A> {
    let held = false
    let turn: Deferred<null> | null = null
    try {
      if (this.#free > 0) this.#free -= 1
      else {
        turn = new Deferred<null>()
        this.#waiters.push(turn)
        yield* turn.wait()
      }
      held = true
      return yield* task()
    } finally {
      // An interrupt may strike after the permit was handed over but before this task saw it.
      if (held || turn?.exit != null) this.#release()
      else if (turn !== null) this.#waiters.splice(this.#waiters.indexOf(turn), 1)
    }
  }

  #release(): void {
    const next = this.#waiters.shift()
    if (next === undefined) this.#free += 1
    else next.succeed(null)
  }
}

/** A semaphore of one. */
export class Mutex extends Semaphore {
  constructor() {
    super(1)
  }
}
