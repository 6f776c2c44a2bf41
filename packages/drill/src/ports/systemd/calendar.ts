import { OperatingError, type TimerUnit } from '@dr-drill/runbook-core'

const SECOND_MS = 1_000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** Times of a day that a timer may list one by one. */
const LISTED_MAX = 2_000

/**
 * `OnCalendar=` expressions of a timer that is aligned to the day: the multiples of its interval since 00:00 UTC, beginning anew each
 * day, as `nextElapseAt` has them. @throws input-invalid for an interval that no calendar expresses
 */
export function calendarOf({ name, intervalMs }: Pick<TimerUnit, 'name' | 'intervalMs'>): string[] {
  if (intervalMs < SECOND_MS || intervalMs % SECOND_MS !== 0) throw inexpressible(name, intervalMs)
  if (intervalMs >= DAY_MS) return ['*-*-* 00:00:00 UTC']
  if (intervalMs % HOUR_MS === 0 && DAY_MS % intervalMs === 0) {
    return [`*-*-* 00/${intervalMs / HOUR_MS}:00:00 UTC`]
  }
  if (intervalMs % MINUTE_MS === 0 && HOUR_MS % intervalMs === 0) {
    return [`*-*-* *:00/${intervalMs / MINUTE_MS}:00 UTC`]
  }
  if (MINUTE_MS % intervalMs === 0) return [`*-*-* *:*:00/${intervalMs / SECOND_MS} UTC`]
  const count = Math.ceil(DAY_MS / intervalMs)
  if (count > LISTED_MAX) throw inexpressible(name, intervalMs)
  return Array.from({ length: count }, (_, index) => `*-*-* ${timeOfDay(index * intervalMs)} UTC`)
}

function timeOfDay(ms: number): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const seconds = ms / SECOND_MS
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

const inexpressible = (name: string, intervalMs: number) =>
  new OperatingError('input-invalid', `${name}: no calendar expresses every ${intervalMs} ms`, {
    subject: name,
    hint: 'Use whole seconds, and an interval that divides the day into at most 2000 parts.',
  })
