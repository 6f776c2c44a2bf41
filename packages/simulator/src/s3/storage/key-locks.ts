import { Deferred, type Task } from '@dr-drill/runbook-core'

interface Waiter {
  readonly exclusive: boolean
  readonly turn: Deferred<null>
}

interface Lock {
  /** Readers that hold it, or -1 for a writer. */
  holders: number
  readonly waiters: Waiter[]
}

/**
 * Readers-writer locks by name, first come, first served, in memory only. A name costs memory while it is held. A holder whose
 * process crashed never lets go: whoever survives that crash makes a new service over the same disk.
 */
export class KeyLocks {
  readonly #locks = new Map<string, Lock>();

  /** Runs a task while nobody else holds the name. */
  *exclusive<A>(name: string, task: () => Task<A>): Task<A> {
    const release = yield* this.#acquire(name, true)
    try {
      return yield* task()
    } finally {
      release()
    }
  }

  /** Waits until no writer holds the name; the caller must call what is returned, once. */
  shared(name: string): Task<() => void> {
    return this.#acquire(name, false)
  }

  *#acquire(name: string, exclusive: boolean): Task<() => void> {
    const lock = this.#locks.get(name) ?? { holders: 0, waiters: [] }
    this.#locks.set(name, lock)
    if (lock.waiters.length === 0 && admits(lock, exclusive)) {
      take(lock, exclusive)
    } else {
      yield* this.#waitTurn(name, lock, exclusive)
    }
    let held = true
    return () => {
      if (held) this.#release(name, lock, exclusive)
      held = false
    }
  }

  *#waitTurn(name: string, lock: Lock, exclusive: boolean): Task<void> {
    const waiter: Waiter = { exclusive, turn: new Deferred<null>() }
    lock.waiters.push(waiter)
    let seen = false
    try {
      yield* waiter.turn.wait()
      seen = true
    } finally {
      // Interrupted while waiting: step out of the queue, or give back the turn that came in the same moment.
      if (!seen && waiter.turn.exit !== null) this.#release(name, lock, exclusive)
      else if (!seen) {
        lock.waiters.splice(lock.waiters.indexOf(waiter), 1)
        this.#admitNext(name, lock)
      }
    }
  }

  #release(name: string, lock: Lock, exclusive: boolean): void {
    lock.holders = exclusive ? 0 : lock.holders - 1
    this.#admitNext(name, lock)
  }

  #admitNext(name: string, lock: Lock): void {
    for (
      let next = lock.waiters[0];
      next !== undefined && admits(lock, next.exclusive);
      next = lock.waiters[0]
    ) {
      lock.waiters.shift()
      take(lock, next.exclusive)
      next.turn.succeed(null)
    }
    if (lock.holders === 0 && lock.waiters.length === 0) this.#locks.delete(name)
  }
}

function admits(lock: Lock, exclusive: boolean): boolean {
  return exclusive ? lock.holders === 0 : lock.holders >= 0
}

function take(lock: Lock, exclusive: boolean): void {
  lock.holders = exclusive ? -1 : lock.holders + 1
}
