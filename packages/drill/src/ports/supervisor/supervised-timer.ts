import { nextElapseAt, type TimerUnit } from '@dr-drill/runbook-core'
import { startTimer } from '../clock.ts'

/** A timer that starts its service at its interval in history time, which passes as fast as the wall clock. */
export class SupervisedTimer {
  unit: TimerUnit
  readonly #historyNow: () => number
  readonly #elapse: () => void
  #nextAt: number | null = null
  #lastRunAt: number | null = null
  #timer: { stop(): void } | null = null

  constructor(unit: TimerUnit, historyNow: () => number, elapse: () => void) {
    this.unit = unit
    this.#historyNow = historyNow
    this.#elapse = elapse
  }

  get active(): boolean {
    return this.#timer !== null
  }

  get nextAt(): number | null {
    return this.#nextAt
  }

  get lastRunAt(): number | null {
    return this.#lastRunAt
  }

  start(): void {
    if (this.#timer === null) this.#arm()
  }

  stop(): void {
    this.#timer?.stop()
    this.#timer = null
    this.#nextAt = null
  }

  #arm(): void {
    const now = this.#historyNow()
    this.#nextAt = nextElapseAt(this.unit, now)
    this.#timer = startTimer(this.#nextAt - now, () => {
      this.#lastRunAt = this.#historyNow()
      this.#arm()
      this.#elapse()
    })
  }
}
