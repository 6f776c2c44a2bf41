import { Deferred, fork, type Task } from '../effects/index.ts'

/**
 * Runs a task to its end even when the fiber is interrupted meanwhile, and without its calls being told to hurry: it runs as the
 * cleanup of a child that is interrupted already, and a cleanup is never cut short.
 */
export function* uninterrupted<A>(task: () => Task<A>): Task<A> {
  const started = new Deferred<null>()
  let entered = false
  let result: { readonly value: A } | null = null
  let failed: { readonly error: unknown } | null = null
  function* body(): Task<void> {
    if (entered) return
    entered = true
    try {
      result = { value: yield* task() }
    } catch (error) {
      failed = { error }
    }
  }
  function* child(): Task<void> {
    try {
      started.succeed(null)
      yield* new Deferred<null>().wait()
    } finally {
      yield* body()
    }
  }
  try {
    const fiber = yield* fork(child(), 'cleanup')
    yield* started.wait()
    fiber.interrupt()
    yield* fiber.done.wait()
  } finally {
    // Interrupted before the child could start.
    yield* body()
  }
  if (failed !== null) throw (failed as { readonly error: unknown }).error
  return (result as { readonly value: A } | null)?.value as A
}
