import { definePort } from '../effects/port.ts'

/**
 * Two clocks that are never mixed. Drill time is monotonic milliseconds from an arbitrary start: durations, timeouts, RTO. History
 * time is milliseconds since 1970 in the world under drill: records, backups, `failureAt`.
 */
export interface ClockContract {
  /** Monotonic drill time, ms; integer. */
  drillNow(input: Record<never, never>): number
  /** History time, ms since 1970; integer. */
  historyNow(input: Record<never, never>): number
  /** Returns after `ms` of drill time, or at once when the fiber is interrupted. */
  sleep(input: { readonly ms: number }): void
}

export const Clock = definePort<ClockContract>('Clock', {
  drillNow: 'read',
  historyNow: 'read',
  sleep: 'read',
})
