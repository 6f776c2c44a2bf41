import { driveAsync, type Environment, type Fiber, type Task, unwrap } from '@dr-drill/runbook-core'
import type { CliContext } from './context.ts'

/** Drives one task against the real world; a signal interrupts it, and its cleanup runs. @throws what the task throws */
export async function runTask<A>(task: Task<A>, world: Environment, context: CliContext): Promise<A> {
  let root: Fiber<A> | null = null
  const forget = context.interrupts.onInterrupt(() => root?.interrupt())
  try {
    const exit = await driveAsync(task, world, {
      onFiber: (fiber) => {
        root = fiber
      },
    })
    return unwrap(exit)
  } finally {
    forget()
  }
}
