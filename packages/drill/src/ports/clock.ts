import { type ClockContract, Deferred, type PortHandler } from '@dr-drill/runbook-core'

/** Where the two times of a run stand. */
export interface RealClockOptions {
  /** Drill time at which this process takes over, ms: what a resumed run had reached, the gap included. Default 0. */
  readonly drillStartMs?: number
  /** Added to the wall clock to give history time, ms: a kept world keeps its own time. Default 0. */
  readonly historyShiftMs?: number
}

/** Longest wait that a timer of Node takes; longer ones are made of several. */
const TIMER_MS_MAX = 2_147_483_647

/** Clock by the kernel's monotonic clock (drill time) and the wall clock (history time). */
export function realClock(options: RealClockOptions = {}): PortHandler<ClockContract> {
  const { drillStartMs = 0, historyShiftMs = 0 } = options
  const startedAt = process.hrtime.bigint()
  return {
    drillNow: () => drillStartMs + Number((process.hrtime.bigint() - startedAt) / 1_000_000n),
    historyNow: () => Date.now() + historyShiftMs,
    sleep({ ms }, context) {
      const done = new Deferred<void>()
      const timer = startTimer(ms, () => done.succeed())
      context.onCancel(() => {
        timer.stop()
        if (done.exit === null) done.succeed()
      })
      return done
    },
  }
}

/** A timer of any length. `then` runs once, unless stopped before. */
export function startTimer(ms: number, then: () => void): { stop(): void } {
  let handle: NodeJS.Timeout
  const arm = (left: number): void => {
    const now = Math.min(left, TIMER_MS_MAX)
    handle = setTimeout(() => (left > now ? arm(left - now) : then()), Math.max(0, now))
  }
  arm(ms)
  return { stop: () => clearTimeout(handle) }
}
