import { invariant } from '../errors/index.ts'
import { Deferred } from './deferred.ts'
import type { Call, Task } from './effect.ts'
import type { Environment } from './environment.ts'
import { failure, success } from './exit.ts'
import { Fiber } from './fiber.ts'

/** Where a call is made: the fiber's label and the ordinal of the effect in it. */
export interface CallSite {
  readonly fiber: string
  readonly effect: number
}

/** Observers at every effect: traces, faults and crashes are placed here. A hook may call `runtime.crash()`. */
export interface RuntimeHooks {
  beforeCall?(call: Call<unknown>, site: CallSite): void
  /** After the call has acknowledged, before its fiber goes on. Calls performed by a handler task report their own parts. */
  afterCall?(call: Call<unknown>, site: CallSite): void
}

/**
 * The scheduler both drivers share: a queue of resumptions run first come, first served. Nothing in it reads a clock or a random
 * number, so the same completions in the same order give the same sequence of effects.
 */
export class Runtime {
  readonly hooks: RuntimeHooks | null
  /** Told when something became ready outside `pump`; the asynchronous driver pumps then. */
  onReady: (() => void) | null = null
  #ready: (() => void)[] = []
  #head = 0
  #pumping = false
  #crashed = false
  readonly #adopt: ((promise: PromiseLike<unknown>) => Deferred<unknown>) | null

  constructor(options: { readonly hooks?: RuntimeHooks; readonly adoptsPromises: boolean }) {
    this.hooks = options.hooks ?? null
    this.#adopt = options.adoptsPromises ? adoptPromise : null
  }

  get crashed(): boolean {
    return this.#crashed
  }

  /** The process dies here: no generator runs on, no `finally` runs. */
  crash(): void {
    this.#crashed = true
    this.#ready = []
    this.#head = 0
  }

  start<A>(task: Task<A>, environment: Environment, label = 'run'): Fiber<A> {
    const fiber = new Fiber(this, task, environment, label)
    this.enqueue(() => fiber.step())
    return fiber
  }

  enqueue(resumption: () => void): void {
    if (this.#crashed) return
    this.#ready.push(resumption)
    if (!this.#pumping) this.onReady?.()
  }

  /** Runs everything that is ready, and what that makes ready, until all wait. */
  pump(): void {
    invariant(!this.#pumping, 'pump is not reentrant')
    if (this.#ready.length === 0) return
    this.#pumping = true
    try {
      while (this.#head < this.#ready.length) {
        const resumption = this.#ready[this.#head]
        this.#head += 1
        if (this.#head > 1024 && this.#head * 2 > this.#ready.length) {
          this.#ready = this.#ready.slice(this.#head)
          this.#head = 0
        }
        resumption?.()
      }
      this.#ready = []
      this.#head = 0
    } finally {
      this.#pumping = false
    }
  }

  adopt(promise: PromiseLike<unknown>): Deferred<unknown> {
    invariant(this.#adopt, 'a handler returned a promise under the synchronous driver')
    return this.#adopt(promise)
  }
}

function adoptPromise(promise: PromiseLike<unknown>): Deferred<unknown> {
  const deferred = new Deferred<unknown>()
  promise.then(
    (value) => deferred.settle(success(value)),
    (error: unknown) => deferred.settle(failure(error)),
  )
  return deferred
}
