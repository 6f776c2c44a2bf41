import type { TimerUnit } from './unit.ts'

const DAY_MS = 86_400_000

/**
 * When a timer aligned to the day elapses next, in history time ms, strictly after `after`: the multiples of its interval since
 * 00:00 UTC, beginning anew each day where the interval does not divide it. Others elapse one interval after `after`. The unit's
 * accuracy is not applied: a host may be later by up to that.
 */
export function nextElapseAt(timer: Pick<TimerUnit, 'intervalMs' | 'alignedToDay'>, after: number): number {
  if (!timer.alignedToDay) return after + timer.intervalMs
  const dayAt = Math.floor(after / DAY_MS) * DAY_MS
  const multiple = Math.floor((after - dayAt) / timer.intervalMs) + 1
  return Math.min(dayAt + multiple * timer.intervalMs, dayAt + DAY_MS)
}
