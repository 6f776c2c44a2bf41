import { invariant, OperatingError } from '../errors/index.ts'
import { Deferred } from './deferred.ts'
import type { Call, Effect, Task } from './effect.ts'
import type { Environment } from './environment.ts'
import { type Exit, failure, interrupted } from './exit.ts'
import {
  Flight,
  Frame,
  isPlainAnswer,
  isPromise,
  isTask,
  RETURN,
  type Resume,
  resumed,
  resumeOf,
  START,
} from './frame.ts'
import type { CallSite, Runtime } from './runtime.ts'

/**
 * One line of execution. It owns its children: whatever ends it (value, failure, interrupt) first interrupts those still alive and
 * waits for their cleanup. An interrupt lets the call in flight acknowledge, then unwinds with `return()`: of each `finally` one
 * effect is performed, to its end even if interrupted again. `uninterrupted` makes one effect of a whole cleanup.
 */
export class Fiber<A> {
  readonly label: string
  /** Settled when the fiber and all its children have ended. */
  readonly done = new Deferred<Exit<A>>()
  readonly #runtime: Runtime
  readonly #frames: Frame[]
  /** Null until the first: most fibers have none. */
  #children: Set<Fiber<unknown>> | null = null
  readonly #onEnd: (() => void) | null
  /** Started within `uninterrupted` of its parent: what interrupts the parent leaves it alone until that is over. */
  readonly #isShielded: boolean
  #effects = 0
  #forks = 0
  #interrupting = false
  /** Null until the unwinding begins; then how many frames are still to be unwound. Frames above them belong to cleanup. */
  #unwindDepth: number | null = null
  /** The first failure of a cleanup while unwinding: it becomes the exit. */
  #cleanupFailure: Exit<never> | null = null
  /** The call in flight that a deferred will answer. */
  #flight: Flight | null = null
  #abandonWait: (() => void) | null = null

  constructor(
    runtime: Runtime,
    task: Task<A>,
    environment: Environment,
    label: string,
    onEnd: (() => void) | null = null,
    isShielded = false,
  ) {
    this.#runtime = runtime
    this.label = label
    this.#onEnd = onEnd
    this.#isShielded = isShielded
    this.#frames = [new Frame(task as Task<unknown>, environment)]
  }

  /** Runs until the next wait. Only the runtime calls this. */
  step(resume: Resume = START): void {
    this.#flight = null
    this.#abandonWait = null
    let next: Resume | null = resume
    while (next !== null && !this.#runtime.crashed) {
      const frame = this.#frames.at(-1)
      invariant(frame, 'a fiber that steps has a frame')
      if (this.#interrupting && !frame.isHandler && this.#unwindDepth === null) {
        if (this.#hasChildren) {
          // A call in flight may have started some after the interrupt.
          this.#interruptChildren(true)
          this.#afterChildren(() => this.#unwindSoon())
          return
        }
        this.#unwindDepth = this.#frames.length
        next = RETURN
      } else if (this.#unwindDepth === this.#frames.length) {
        // A `return()` that met a cleanup ends as a plain value where one generator delegates to another, and the outer one would go
        // on: so what is unwound is resumed by `return()` alone.
        if (next.how === 'throw') this.#cleanupFailure ??= failure(next.value)
        next = RETURN
      }
      next = this.#advance(frame, next)
    }
  }

  /**
   * Asks the fiber to stop: children first, then the call in flight acknowledges, then cleanup runs. Asking again changes nothing: a
   * cleanup is never cut short.
   */
  interrupt(): void {
    if (this.#interrupting || this.done.exit !== null) return
    this.#interrupting = true
    this.#interruptChildren(false)
    if (this.#abandonWait !== null && this.#frames.at(-1)?.isHandler !== true) {
      const abandon = this.#abandonWait
      this.#abandonWait = null
      abandon()
      this.#unwindSoon()
    } else {
      this.#signalCancel()
    }
  }

  /** Tells the calls in flight, the innermost first, that nobody waits for their result any more. */
  #signalCancel(): void {
    if (this.#flight !== null && this.#frames.at(-1)?.isShielded === false) this.#flight.cancel()
    for (const { flight, isShielded } of [...this.#frames].reverse()) {
      if (flight !== null && !isShielded) flight.cancel()
    }
  }

  /** Interrupted while a call was in flight, which goes on. */
  get #isFinishingCall(): boolean {
    return this.#interrupting && this.#unwindDepth === null
  }

  #unwindSoon(): void {
    this.#runtime.enqueue(() => this.step(RETURN))
  }

  #advance(frame: Frame, resume: Resume): Resume | null {
    let result: IteratorResult<Effect, unknown>
    try {
      result =
        resume.how === 'next'
          ? frame.task.next(resume.value)
          : resume.how === 'throw'
            ? frame.task.throw(resume.value)
            : frame.task.return(resume.value as never)
    } catch (error) {
      return this.#pop({ how: 'throw', value: error })
    }
    if (result.done === true) return this.#pop({ how: 'next', value: result.value })
    this.#effects += 1
    return this.#perform(result.value, frame)
  }

  #pop(resume: Resume): Resume | null {
    this.#frames.pop()
    const unwound = this.#unwindDepth !== null && this.#frames.length < this.#unwindDepth
    if (unwound) this.#unwindDepth = this.#frames.length
    if (this.#frames.length > 0) return resume
    const exit: Exit<A> = unwound
      ? resume.how === 'throw'
        ? failure(resume.value)
        : (this.#cleanupFailure ?? interrupted)
      : resumed<A>(resume)
    if (!this.#hasChildren) {
      this.#end(exit)
      return null
    }
    this.#interruptChildren(true)
    this.#afterChildren(() => this.#end(exit))
    return null
  }

  #end(exit: Exit<A>): void {
    this.#onEnd?.()
    this.done.succeed(exit)
  }

  get #hasChildren(): boolean {
    return this.#children !== null && this.#children.size > 0
  }

  #interruptChildren(shieldedToo: boolean): void {
    if (this.#children === null) return
    for (const child of [...this.#children]) if (shieldedToo || !child.#isShielded) child.interrupt()
  }

  #afterChildren(then: () => void): void {
    const alive = this.#children?.values().next()
    if (alive === undefined || alive.done === true) then()
    else alive.value.done.subscribe(() => this.#afterChildren(then))
  }

  #perform(effect: Effect, frame: Frame): Resume | null {
    switch (effect.op) {
      case 'call':
        return this.#call(effect, frame)
      case 'settle':
        return this.#settle(effect.outcome, frame, new Flight())
      case 'wait':
        return this.#wait(effect.deferred, frame)
      case 'fork':
        return { how: 'next', value: this.#fork(effect.task, effect.label, frame) }
      case 'interrupt':
        effect.fiber.interrupt()
        return this.#wait(effect.fiber.done as unknown as Deferred<unknown>, frame)
      case 'provide':
        this.#frames.push(new Frame(effect.task, effect.environment, frame.isHandler, frame.isShielded))
        return START
      case 'shield':
        this.#frames.push(new Frame(effect.task, frame.environment, true, true))
        return START
      case 'self':
        return { how: 'next', value: this }
    }
  }

  #fork(task: Task<unknown>, label: string, frame: Frame): Fiber<unknown> {
    const name = `${this.label}/${label === '' ? this.#forks : label}`
    this.#forks += 1
    this.#children ??= new Set()
    const children = this.#children
    const forget = () => children.delete(child)
    const child: Fiber<unknown> = new Fiber(
      this.#runtime,
      task,
      frame.environment,
      name,
      forget,
      frame.isShielded,
    )
    children.add(child)
    this.#runtime.enqueue(() => child.step())
    return child
  }

  /** Where the effect under way stands. */
  get #where(): CallSite {
    return { fiber: this.label, effect: this.#effects }
  }

  #call(call: Call<unknown>, frame: Frame): Resume | null {
    const hooks = this.#runtime.hooks
    if (hooks !== null) {
      hooks.beforeCall?.(call, this.#where)
      if (this.#runtime.crashed) return null
    }
    const flight = new Flight()
    try {
      const outcome = frame.environment.dispatch(call, flight)
      const resume = this.#settle(outcome, frame, flight, call)
      if (hooks !== null && resume !== null && resume !== START) hooks.afterCall?.(call, this.#where)
      return resume
    } catch (error) {
      if (error instanceof OperatingError) error.origin ??= this.#where
      return { how: 'throw', value: error }
    }
  }

  /** The one place where value, deferred, task and promise become a resumption. */
  #settle(outcome: unknown, frame: Frame, flight: Flight, call: Call<unknown> | null = null): Resume | null {
    if (typeof outcome !== 'object' || outcome === null || isPlainAnswer(outcome)) {
      return { how: 'next', value: outcome }
    }
    if (outcome instanceof Deferred) return this.#awaitCall(outcome, flight, call)
    if (isTask(outcome)) {
      this.#frames.push(new Frame(outcome, frame.environment, true, frame.isShielded, flight))
      return START
    }
    if (isPromise(outcome)) return this.#awaitCall(this.#runtime.adopt(outcome), flight, call)
    return { how: 'next', value: outcome }
  }

  #awaitCall(deferred: Deferred<unknown>, flight: Flight, call: Call<unknown> | null): Resume | null {
    if (deferred.exit !== null) return resumeOf(deferred.exit)
    const where = this.#where
    this.#flight = flight
    deferred.subscribe((exit) => {
      this.#flight = null
      this.#runtime.enqueue(() => {
        if (call !== null) this.#runtime.hooks?.afterCall?.(call, where)
        if (exit.kind === 'failure' && exit.error instanceof OperatingError) exit.error.origin ??= where
        this.step(resumeOf(exit))
      })
    })
    if (this.#isFinishingCall) this.#signalCancel()
    return null
  }

  #wait(deferred: Deferred<unknown>, frame: Frame): Resume | null {
    if (deferred.exit !== null) return resumeOf(deferred.exit)
    // The task has just interrupted itself or an ancestor: it unwinds now, or it would wait for its own end.
    if (this.#isFinishingCall && !frame.isHandler) return START
    const abandon = deferred.subscribe((exit) => {
      // From here on an interrupt finds the fiber about to run, not waiting.
      this.#abandonWait = null
      this.#runtime.enqueue(() => this.step(resumeOf(exit)))
    })
    this.#abandonWait = abandon
    if (this.#isFinishingCall) this.#signalCancel()
    return null
  }
}
