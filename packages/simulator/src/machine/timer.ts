import { nextElapseAt, type TimerUnit } from '@dr-drill/runbook-core'
import type { Kernel } from '../kernel/index.ts'
import type { MachineClock } from './clock.ts'

/** Elapses at its interval in its machine's history time: one event of the kernel at a time. */
export class SimulatedTimer {
  unit: TimerUnit
  /** History time ms; null while it does not run. */
  nextAt: number | null = null
  lastRunAt: number | null = null
  /** It goes through its motions and never elapses. */
  isSilent = false
  readonly #kernel: Kernel
  readonly #clock: MachineClock
  readonly #delayMs: number
  readonly #elapse: (timer: SimulatedTimer) => void
  #cancel: (() => void) | null = null
  #isStill = false

  /** `delayMs`: how late within its accuracy this machine lets it elapse, always the same, as systemd does. */
  constructor(
    unit: TimerUnit,
    options: {
      readonly kernel: Kernel
      readonly clock: MachineClock
      readonly delayMs: number
      readonly elapse: (timer: SimulatedTimer) => void
    },
  ) {
    this.unit = unit
    this.#kernel = options.kernel
    this.#clock = options.clock
    this.#delayMs = options.delayMs
    this.#elapse = options.elapse
  }

  get isActive(): boolean {
    return this.nextAt !== null
  }

  start(): void {
    if (!this.isActive) this.#arm()
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = null
    this.nextAt = null
  }

  /** The clock goes otherwise than it was foreseen. */
  rearm(): void {
    if (!this.isActive || this.#isStill) return
    this.#cancel?.()
    this.#arm()
  }

  /** Its machine stands still, and its clock with it. */
  setStandstill(isStill: boolean): void {
    this.#isStill = isStill
    if (isStill) this.#cancel?.()
    else this.rearm()
  }

  #arm(): void {
    const at = nextElapseAt(this.unit, this.#clock.historyNow() - this.#delayMs) + this.#delayMs
    this.nextAt = at
    this.#cancel = this.#kernel.after(this.#clock.drillMsUntil(at), () => {
      this.#arm()
      if (!this.isSilent) this.lastRunAt = this.#clock.historyNow()
      this.#elapse(this)
    })
  }
}
