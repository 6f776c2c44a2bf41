import type { Middleware } from '@dr-drill/runbook-core'
import type { SkippedCall } from './mutant.ts'

/** Leaves out a call that one step's action makes: it learns nothing of it. `onSkipped` hears of each. */
export function skipCalls(
  skips: SkippedCall,
  onSkipped: () => void = () => {},
): (step: string) => Middleware {
  return (step) => (call, next) => {
    if (step !== skips.step || call.port !== skips.port || call.method !== skips.method) return next(call)
    onSkipped()
    return undefined
  }
}
