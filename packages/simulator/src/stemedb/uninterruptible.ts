import { Settle, type Task } from '@dr-drill/runbook-core'

/** Runs a task as a handler frame: an interrupt of the fiber is heeded only when it has ended. For commits, which must not stop halfway. */
export function* uninterruptible<A>(task: Task<A>): Task<A> {
  return yield* new Settle<A>(task)
}
