import { OperatingError } from '../errors/index.ts'
import type { Task } from './effect.ts'
import type { CallContext, Environment } from './environment.ts'
import { type Exit, failure, success } from './exit.ts'

/** A call that has not acknowledged, and who wants to know that its caller was interrupted: its handler's context. */
export class Flight implements CallContext {
  #listener: (() => void) | null = null
  #isCancelled = false

  onCancel(listener: () => void): void {
    if (this.#isCancelled) listener()
    else this.#listener = listener
  }

  /** Tells it, once, that its caller was interrupted. */
  cancel(): void {
    const listener = this.#listener
    this.#isCancelled = true
    this.#listener = null
    listener?.()
  }
}

/** A generator on a fiber's stack. Handler frames perform a call in flight: an interrupt signals them but never cuts them short. */
export class Frame {
  readonly task: Task<unknown>
  readonly environment: Environment
  readonly isHandler: boolean
  /** Within `uninterrupted`: an interrupt waits and tells nobody. */
  readonly isShielded: boolean
  /** The call that this frame performs. */
  readonly flight: Flight | null

  constructor(
    task: Task<unknown>,
    environment: Environment,
    isHandler = false,
    isShielded = false,
    flight: Flight | null = null,
  ) {
    this.task = task
    this.environment = environment
    this.isHandler = isHandler
    this.isShielded = isShielded
    this.flight = flight
  }
}

/** How a generator is resumed. */
export type Resume = { readonly how: 'next' | 'throw' | 'return'; readonly value: unknown }

/** The start of a generator, or nothing to tell it. */
export const START: Resume = { how: 'next', value: undefined }
/** The order to unwind. */
export const RETURN: Resume = { how: 'return', value: undefined }

/** The exit of a fiber whose last frame ended so. */
export function resumed<A>(resume: Resume): Exit<A> {
  return resume.how === 'throw' ? failure(resume.value) : success(resume.value as A)
}

/** How a fiber that waited for this exit goes on. */
export function resumeOf(exit: Exit<unknown>): Resume {
  if (exit.kind === 'success') return { how: 'next', value: exit.value }
  if (exit.kind === 'failure') return { how: 'throw', value: exit.error }
  return { how: 'throw', value: new OperatingError('cancelled', 'the awaited work was interrupted') }
}

/** Whether an answer can only be itself: most are, and asking what else they may be costs more than this. */
export function isPlainAnswer(value: object): boolean {
  return Array.isArray(value) || value instanceof Uint8Array
}

/** Whether a handler answered with a task. */
export function isTask(value: object): value is Task<unknown> {
  return (
    typeof (value as Task<unknown>).next === 'function' &&
    typeof (value as Task<unknown>).throw === 'function'
  )
}

/** Whether a handler answered with a promise. */
export function isPromise(value: object): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown>).then === 'function'
}
