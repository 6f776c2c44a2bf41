import type { Task } from './effect.ts'
import type { Environment } from './environment.ts'
import type { Exit } from './exit.ts'
import type { Fiber } from './fiber.ts'
import { Runtime, type RuntimeHooks } from './runtime.ts'

/**
 * A runtime in real time: pumps when something has become ready, after whatever made it so has returned. One event may make several
 * fibers ready (an interrupt, a deferred with many waiters): all are queued before the first runs, as under the synchronous driver.
 * Servers keep one and start a fiber per request.
 */
export function asyncRuntime(hooks?: RuntimeHooks): Runtime {
  const runtime = new Runtime({ adoptsPromises: true, ...(hooks === undefined ? {} : { hooks }) })
  let scheduled = false
  runtime.onReady = () => {
    if (scheduled) return
    scheduled = true
    void Promise.resolve().then(() => {
      scheduled = false
      runtime.pump()
    })
  }
  return runtime
}

/** How a fiber ended, as a promise. Never rejects; a crashed runtime leaves it pending, as a dead process would. */
export function exitOf<A>(fiber: Fiber<A>): Promise<Exit<A>> {
  return new Promise((resolve) => {
    fiber.done.subscribe((exit) => {
      if (exit.kind === 'success') resolve(exit.value)
    })
  })
}

/** Drives a task against the real world. `onFiber` receives the root, so that a signal can interrupt it. */
export function driveAsync<A>(
  task: Task<A>,
  environment: Environment,
  options: { readonly hooks?: RuntimeHooks; readonly onFiber?: (fiber: Fiber<A>) => void } = {},
): Promise<Exit<A>> {
  const fiber = asyncRuntime(options.hooks).start(task, environment)
  options.onFiber?.(fiber)
  return exitOf(fiber)
}
