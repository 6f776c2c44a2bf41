import { invariant } from '../errors/index.ts'
import type { Task } from './effect.ts'
import type { Environment } from './environment.ts'
import type { Exit } from './exit.ts'
import { Runtime, type RuntimeHooks } from './runtime.ts'

/** Where virtual time comes from. */
export interface VirtualTime {
  /** Moves to the next scheduled instant and runs what stands there; false when nothing is scheduled. */
  advance(): boolean
}

/** Time in which nothing is ever scheduled. */
export const timeless: VirtualTime = { advance: () => false }

/**
 * Drives a task to its end in virtual time, synchronously. Null when the runtime crashed on the way (a hook said so).
 * @throws ProgrammerError when everything waits and no time is left to pass
 */
export function driveSync<A>(
  task: Task<A>,
  environment: Environment,
  options: { readonly time?: VirtualTime; readonly runtime?: Runtime; readonly hooks?: RuntimeHooks } = {},
): Exit<A> | null {
  const runtime =
    options.runtime ??
    new Runtime({ adoptsPromises: false, ...(options.hooks === undefined ? {} : { hooks: options.hooks }) })
  const time = options.time ?? timeless
  const fiber = runtime.start(task, environment)
  runtime.pump()
  while (fiber.done.exit === null && !runtime.crashed) {
    invariant(time.advance(), 'deadlock: every fiber waits and nothing is scheduled')
    runtime.pump()
  }
  const exit = fiber.done.exit
  return exit === null || exit.kind !== 'success' ? null : exit.value
}
