import {
  type CallContext,
  Deferred,
  OperatingError,
  type Outcome,
  Settle,
  type Task,
} from '@dr-drill/runbook-core'
import type { Kernel } from '../kernel/index.ts'

/** What a service manager is asked to do. */
export type ManagerVerb = 'stop' | 'install' | 'start' | 'enable' | 'status'

/** Requests to a service manager that take their time: each is done at once, and its answer comes late. */
export class SlowRequests {
  readonly #kernel: Kernel
  readonly #met: (what: string) => void
  readonly #waiting = new Map<ManagerVerb, { readonly ms: number; left: number }>()

  constructor(kernel: Kernel, met: (what: string) => void) {
    this.#kernel = kernel
    this.#met = met
  }

  /** The next so many such requests begin to be done only after so long; the function returned ends that. */
  next(verb: ManagerVerb, ms: number, requests: number): () => void {
    this.#waiting.set(verb, { ms, left: requests })
    return () => void this.#waiting.delete(verb)
  }

  /** Does what is asked, now or when its time has come; it is not done where nobody waits for it any longer. */
  pass<A>(verb: ManagerVerb, context: CallContext, act: () => Outcome<A>): Outcome<A> {
    const slow = this.#waiting.get(verb)
    if (slow === undefined) return act()
    slow.left -= 1
    if (slow.left === 0) this.#waiting.delete(verb)
    this.#met(`manager-slow ${verb}`)
    return this.#later(slow.ms, context, act)
  }

  *#later<A>(ms: number, context: CallContext, act: () => Outcome<A>): Task<A> {
    const due = new Deferred<null>()
    const cancel = this.#kernel.after(ms, () => due.succeed(null))
    let isCancelled = false
    context.onCancel(() => {
      isCancelled = true
      cancel()
      if (due.exit === null) due.succeed(null)
    })
    yield* due.wait()
    if (isCancelled) throw new OperatingError('cancelled', 'nobody waits for the service manager any more')
    return (yield* new Settle(act())) as A
  }
}
