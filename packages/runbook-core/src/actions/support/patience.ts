import { attempt, backoffMs, sleep, type Task } from '../../effects/index.ts'
import type { ErrorCode, OperatingError } from '../../errors/index.ts'
import { Clock, Log, Random } from '../../ports/index.ts'

/** How long an action bears an endpoint that does not answer. */
export interface Patience {
  /** Drill time from the first failure after which the last error is thrown. */
  readonly patienceMs: number
  /** First wait; doubled each time, with jitter, up to `delayMsMax`. */
  readonly delayMs: number
  readonly delayMsMax: number
}

/** Waits between 0.1 s and 5 s: short enough to notice recovery, long enough not to hammer. */
export const patienceOf = (patienceMs: number): Patience => ({ patienceMs, delayMs: 100, delayMsMax: 5_000 })

const PASSING: readonly ErrorCode[] = [
  'store-unavailable',
  'store-throttled',
  'connection-failed',
  'timed-out',
]

/**
 * Repeats a task while the outside fails in a way that passes, for at most `patienceMs` since the last success; other errors are
 * thrown at once. The outage is told once, not per attempt.
 */
export function* patiently<A>(patience: Patience, subject: string, task: () => Task<A>): Task<A> {
  let since: number | null = null
  for (let count = 1; ; count += 1) {
    const result = yield* attempt(task())
    if (result.ok) return result.value
    if (!passes(result.error)) throw result.error
    const now = yield* Clock.drillNow({})
    if (since === null) {
      since = now
      yield* Log.write({ level: 'warn', message: `waiting for ${subject}: ${result.error.message}` })
    }
    if (now - since >= patience.patienceMs) throw result.error
    const wait = backoffMs(
      { attemptsMax: Number.MAX_SAFE_INTEGER, ...patience },
      count + 1,
      yield* Random.uint32({}),
    )
    yield* sleep(Math.min(wait, since + patience.patienceMs - now))
  }
}

function passes(error: OperatingError): boolean {
  return error.retryable && PASSING.includes(error.code)
}
