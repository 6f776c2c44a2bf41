/** No question is asked more seldom than this, ms. */
const PAUSE_MAX_MS = 10_000

/**
 * How long to wait before asking again, ms: at first `leastMs`, later a tenth of what has been waited already, so that neither a short
 * wait is prolonged by much nor a long one spent in asking; never beyond the patience.
 */
export function pollPauseMs(leastMs: number, waitedMs: number, patienceMs: number): number {
  const pauseMs = Math.max(leastMs, Math.min(PAUSE_MAX_MS, Math.floor(waitedMs / 10)))
  return Math.max(1, Math.min(pauseMs, patienceMs - waitedMs))
}
