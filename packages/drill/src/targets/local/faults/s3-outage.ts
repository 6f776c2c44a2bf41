import type { FaultRecord, RunEvent } from '@dr-drill/runbook-core'
import type { OutageParameters, S3RuleRecord } from '@dr-drill/simulator'
import { startTimer } from '../../../ports/clock.ts'
import type { MomentFault } from './moment-fault.ts'
import type { StoreRules } from './store-rules.ts'

/** `s3-outage` on the embedded stores: from a step's beginning on every connection is reset, until the time is over. */
export function s3OutageOn(
  fault: FaultRecord,
  id: string,
  step: string,
  stores: readonly StoreRules[],
): MomentFault {
  const { seconds } = fault.with as OutageParameters
  const outage: S3RuleRecord = { id, operations: null, keys: null, action: { kind: 'reset' }, times: null }
  let begun = false
  let timer: { stop(): void } | null = null
  const heal = (): void => {
    timer = null
    for (const store of stores) {
      // A store that cannot be reached has ended, and with it the outage.
      store.replace(store.rules.filter((rule) => rule.id !== id)).catch(() => {})
    }
  }
  return {
    fault,
    onEvent(event: RunEvent) {
      if (begun || event.type !== 'step-started' || event.step !== step) return null
      begun = true
      return {
        order: 'before-event',
        // Connections that are reset are what tells that it struck.
        act: async () => {
          await Promise.all(stores.map((store) => store.replace([outage, ...store.rules])))
          if (seconds !== 'endless') timer = startTimer(seconds * 1_000, heal)
          return null
        },
      }
    },
    end: () => timer?.stop(),
  }
}
