import type { FaultRecord, RunEvent } from '@dr-drill/runbook-core'
import type { KillParameters } from '@dr-drill/simulator'
import type { MomentFault, Strike } from './moment-fault.ts'

/** `kill-runner` on this very process: SIGKILL at a step's beginning, or before or after one of its effects. */
export function killRunnerOn(fault: FaultRecord, step: string): MomentFault {
  const { effect, moment } = fault.with as KillParameters
  const at =
    effect === 0
      ? `at the beginning of step ${step}`
      : `${moment} effect ${effect} of step ${step}${moment === 'after' ? ' was recorded as done' : ''}`
  const strike = (order: Strike['order']): Strike => ({
    order,
    foretold: `this process is killed ${at}`,
    act: () => {
      process.kill(process.pid, 'SIGKILL')
      // The signal needs a moment; nothing may be done in it.
      return new Promise<never>(() => {})
    },
  })
  return {
    fault,
    onEvent(event: RunEvent) {
      if (!('step' in event) || event.step !== step) return null
      if (effect === 0) return event.type === 'step-started' ? strike('after-event') : null
      if (event.type === 'effect-intended' && moment === 'before' && event.ordinal === effect)
        return strike('after-event')
      if (event.type === 'effect-ended' && moment === 'after' && event.ordinal === effect)
        return strike('instead')
      return null
    },
    end() {},
  }
}
