import { type Call, type Middleware, Settle, type Task } from '@dr-drill/runbook-core'
import type { Moments } from '../../faults/moment.ts'

/** Calls that touch nothing of the world. */
const UNCOUNTED: ReadonlySet<string> = new Set(['Clock', 'Log', 'Random', 'Journal', 'Obligations'])

/** True for calls that moments count: those that touch the world, reads too. */
export const isCounted = ({ port }: Call<unknown>): boolean => !UNCOUNTED.has(port)

/**
 * Tells moments of every call that a step's action makes of the world, reads too, counted from 1 over all its attempts: before it
 * happens and after it has, before the step learns of it. While nothing waits, calls are only counted.
 */
export function watchCalls(moments: Moments): (step: string) => Middleware {
  const counts = new Map<string, number>()
  return (step) => (call, next) => {
    if (!isCounted(call)) return next(call)
    const count = (counts.get(step) ?? 0) + 1
    counts.set(step, count)
    if (moments.isEmpty) return next(call)
    return told()

    function* told(): Task<unknown> {
      moments.happened({ at: 'call', step, ordinal: count, side: 'before' })
      const result = yield* new Settle(next(call))
      moments.happened({ at: 'call', step, ordinal: count, side: 'after' })
      return result
    }
  }
}
