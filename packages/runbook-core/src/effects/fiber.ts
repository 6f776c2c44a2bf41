import { invariant, OperatingError } from '../errors/index.ts'
import { Deferred } from './deferred.ts'
import type { Call, Effect, Task } from './effect.ts'
import type { CallContext, Environment } from './environment.ts'
import { type Exit, failure, interrupted, success } from './exit.ts'
import type { Runtime } from './runtime.ts'

/** A generator on a fiber's stack. Handler frames perform a call in flight: an interrupt signals them but never cuts them short. */
interface Frame {
  readonly task: Task<unknown>
  readonly environment: Environment
  readonly isHandler: boolean
}

type Resume = { readonly how: 'next' | 'throw' | 'return'; readonly value: unknown }

const START: Resume = { how: 'next', value: undefined }
const RETURN: Resume = { how: 'return', value: undefined }

/**
 * One line of execution. It owns its children: whatever ends it (value, failure, interrupt) first interrupts those still alive and
 * waits for their cleanup. An interrupt lets the call in flight acknowledge, then unwinds with `return()`, whose `finally` blocks
 * are driven to their end even if interrupted again.
 */
export class Fiber<A> {
  readonly label: string
  /** Settled when the fiber and all its children have ended. */
  readonly done = new Deferred<Exit<A>>()
  readonly #runtime: Runtime
  readonly #frames: Frame[]
  readonly #children = new Set<Fiber<unknown>>()
  readonly #onEnd: (() => void) | null
  #effects = 0
  #forks = 0
  #interrupting = false
  /** Null until the unwinding begins; then how many frames are still to be unwound. Frames above them belong to cleanup. */
  #unwindDepth: number | null = null
  #cancelCall: (() => void) | null = null
  #abandonWait: (() => void) | null = null

  constructor(
    runtime: Runtime,
    task: Task<A>,
    environment: Environment,
    label: string,
    onEnd: (() => void) | null = null,
  ) {
    this.#runtime = runtime
    this.label = label
    this.#onEnd = onEnd
    this.#frames = [{ task: task as Task<unknown>, environment, isHandler: false }]
  }

  /** Runs until the next wait. Only the runtime calls this. */
  step(resume: Resume = START): void {
    this.#cancelCall = null
    this.#abandonWait = null
    let next: Resume | null = resume
    while (next !== null && !this.#runtime.crashed) {
      const frame = this.#frames.at(-1)
      invariant(frame, 'a fiber that steps has a frame')
      if (this.#interrupting && !frame.isHandler && this.#unwindDepth === null) {
        if (this.#children.size > 0) {
          this.#afterChildren(() => this.#unwindSoon())
          return
        }
        this.#unwindDepth = this.#frames.length
        next = RETURN
      }
      next = this.#advance(frame, next)
    }
  }

  /** Asks the fiber to stop: children first, then the call in flight acknowledges, then cleanup runs. */
  interrupt(): void {
    if (this.#interrupting || this.done.exit !== null) return
    this.#interrupting = true
    for (const child of [...this.#children]) child.interrupt()
    if (this.#abandonWait !== null && this.#frames.at(-1)?.isHandler !== true) {
      const abandon = this.#abandonWait
      this.#abandonWait = null
      abandon()
      this.#unwindSoon()
    } else {
      this.#cancelCall?.()
    }
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
    // Unwinding goes on through the frame below, unless a cleanup failed: that failure is told.
    if (this.#frames.length > 0) return unwound && resume.how !== 'throw' ? RETURN : resume
    const exit: Exit<A> =
      resume.how === 'throw' ? failure(resume.value) : unwound ? interrupted : success(resume.value as A)
    for (const child of [...this.#children]) child.interrupt()
    this.#afterChildren(() => {
      this.#onEnd?.()
      this.done.succeed(exit)
    })
    return null
  }

  #afterChildren(then: () => void): void {
    const alive = this.#children.values().next()
    if (alive.done === true) then()
    else alive.value.done.subscribe(() => this.#afterChildren(then))
  }

  #perform(effect: Effect, frame: Frame): Resume | null {
    switch (effect.op) {
      case 'call':
        return this.#call(effect, frame)
      case 'settle':
        return this.#settle(effect.outcome, frame)
      case 'wait':
        return this.#wait(effect.deferred)
      case 'fork':
        return { how: 'next', value: this.#fork(effect.task, effect.label, frame) }
      case 'interrupt':
        effect.fiber.interrupt()
        return this.#wait(effect.fiber.done as unknown as Deferred<unknown>)
      case 'provide':
        this.#frames.push({ task: effect.task, environment: effect.environment, isHandler: frame.isHandler })
        return START
      case 'self':
        return { how: 'next', value: this }
    }
  }

  #fork(task: Task<unknown>, label: string, frame: Frame): Fiber<unknown> {
    const name = `${this.label}/${label === '' ? this.#forks : label}`
    this.#forks += 1
    const child: Fiber<unknown> = new Fiber(this.#runtime, task, frame.environment, name, () =>
      this.#children.delete(child),
    )
    this.#children.add(child)
    this.#runtime.enqueue(() => child.step())
    return child
  }

  #call(call: Call<unknown>, frame: Frame): Resume | null {
    const where = { fiber: this.label, effect: this.#effects }
    const hooks = this.#runtime.hooks
    hooks?.beforeCall?.(call, where)
    if (this.#runtime.crashed) return null
    const context: CallContext = {
      onCancel: (listener) => {
        this.#cancelCall = listener
      },
    }
    try {
      const outcome = frame.environment.dispatch(call, context)
      const resume = this.#settle(outcome, frame, call)
      if (resume !== null && resume !== START) hooks?.afterCall?.(call, where)
      return resume
    } catch (error) {
      if (error instanceof OperatingError) error.origin ??= where
      return { how: 'throw', value: error }
    }
  }

  /** The one place where value, deferred, task and promise become a resumption. */
  #settle(outcome: unknown, frame: Frame, call: Call<unknown> | null = null): Resume | null {
    if (outcome instanceof Deferred) return this.#awaitCall(outcome, call)
    if (typeof outcome !== 'object' || outcome === null) return { how: 'next', value: outcome }
    if (isTask(outcome)) {
      this.#frames.push({ task: outcome, environment: frame.environment, isHandler: true })
      return START
    }
    if (isPromise(outcome)) return this.#awaitCall(this.#runtime.adopt(outcome), call)
    return { how: 'next', value: outcome }
  }

  #awaitCall(deferred: Deferred<unknown>, call: Call<unknown> | null): Resume | null {
    const where = { fiber: this.label, effect: this.#effects }
    if (deferred.exit !== null) return resumeOf(deferred.exit)
    deferred.subscribe((exit) => {
      this.#runtime.enqueue(() => {
        if (call !== null) this.#runtime.hooks?.afterCall?.(call, where)
        if (exit.kind === 'failure' && exit.error instanceof OperatingError) exit.error.origin ??= where
        this.step(resumeOf(exit))
      })
    })
    // Interrupted already, by a cleanup that calls: nothing to signal, the call runs to its end.
    if (this.#interrupting && this.#unwindDepth === null) this.#cancelCall?.()
    return null
  }

  #wait(deferred: Deferred<unknown>): Resume | null {
    if (deferred.exit !== null) return resumeOf(deferred.exit)
    const abandon = deferred.subscribe((exit) => this.#runtime.enqueue(() => this.step(resumeOf(exit))))
    // Cleanup is never cut short, so a wait inside it cannot be abandoned.
    this.#abandonWait = this.#unwindDepth === null ? abandon : null
    return null
  }
}

function resumeOf(exit: Exit<unknown>): Resume {
  if (exit.kind === 'success') return { how: 'next', value: exit.value }
  if (exit.kind === 'failure') return { how: 'throw', value: exit.error }
  return { how: 'throw', value: new OperatingError('cancelled', 'the awaited work was interrupted') }
}

function isTask(value: object): value is Task<unknown> {
  return (
    typeof (value as Task<unknown>).next === 'function' &&
    typeof (value as Task<unknown>).throw === 'function'
  )
}

function isPromise(value: object): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown>).then === 'function'
}
