import type { RandomStream } from '../kernel/index.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** When production begins: 2026-02-11T00:05Z, before any shift. */
export const WORLD_STARTED_AT = Date.UTC(2026, 1, 11, 0, 5)
const DAY_BEGAN_AT = Date.UTC(2026, 1, 11)
const ARCHIVE_INTERVAL_MS = 15 * MINUTE_MS

/** A failure keeps this far from the archive cycles around it, so that none is in flight and a tail is unarchived. */
const AFTER_CYCLE_MS = 2 * MINUTE_MS
const BEFORE_CYCLE_MS = 30_000

/**
 * The instant of the failure: drawn between 18:20 and 20:59, after the third backup of the day, outside an archive cycle in flight
 * and with a tail that no cycle has archived.
 */
export function drawFailure(random: RandomStream): number {
  const first = DAY_BEGAN_AT + 18 * HOUR_MS + 20 * MINUTE_MS
  const last = DAY_BEGAN_AT + 20 * HOUR_MS + 59 * MINUTE_MS
  for (;;) {
    const at = random.integer(first, last)
    const sinceCycle = (at - DAY_BEGAN_AT) % ARCHIVE_INTERVAL_MS
    if (sinceCycle >= AFTER_CYCLE_MS && sinceCycle <= ARCHIVE_INTERVAL_MS - BEFORE_CYCLE_MS) return at
  }
}
