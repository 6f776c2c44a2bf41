import { type ClockContract, Deferred, type PortHandler } from '@dr-drill/runbook-core'
import type { Kernel } from '../kernel/index.ts'

const MILLION = 1_000_000

/**
 * The clocks of one machine. Drill time is monotonic and everybody's; history time is this machine's own: it may be stepped, drift,
 * and stand still while the machine is paused.
 */
export class MachineClock {
  readonly handlers: PortHandler<ClockContract>
  /** Called when history time no longer passes as it was foreseen: timers look again. */
  onChange: (() => void) | null = null
  /** Called at each reading of a clock that was meddled with. */
  onRead: (() => void) | null = null
  readonly #kernel: Kernel
  /** History time at `#sinceMs` of drill time. */
  #baseMs: number
  #sinceMs: number
  #partsPerMillion = 0
  #isMeddledWith = false

  /** `epochMs` is history time at virtual time 0; `skewMs` how far this machine's clock is ahead of the world's. */
  constructor(kernel: Kernel, epochMs: number, skewMs = 0) {
    this.#kernel = kernel
    this.#baseMs = epochMs + skewMs
    this.#sinceMs = 0
    this.handlers = {
      drillNow: () => kernel.nowMs,
      historyNow: () => {
        if (this.#isMeddledWith) this.onRead?.()
        return this.historyNow()
      },
      sleep: ({ ms }, context) => {
        const done = new Deferred<void>()
        const cancel = kernel.after(Math.max(0, Math.ceil(ms)), () => done.succeed())
        context.onCancel(() => {
          cancel()
          if (done.exit === null) done.succeed()
        })
        return done
      },
    }
  }

  /** History time, ms since 1970, whole. */
  historyNow(): number {
    const passedMs = this.#kernel.nowMs - this.#sinceMs
    return this.#baseMs + passedMs + Math.floor((passedMs * this.#partsPerMillion) / MILLION)
  }

  /** How much drill time passes until this clock shows `at`, as it goes now; 0 when it does already. */
  drillMsUntil(at: number): number {
    const missingMs = at - this.historyNow()
    return Math.max(0, Math.ceil((missingMs * MILLION) / (MILLION + this.#partsPerMillion)))
  }

  step(ms: number): void {
    this.#rebase(ms, this.#partsPerMillion)
  }

  drift(partsPerMillion: number): void {
    this.#rebase(0, partsPerMillion)
  }

  #rebase(stepMs: number, partsPerMillion: number): void {
    this.#baseMs = this.historyNow() + stepMs
    this.#sinceMs = this.#kernel.nowMs
    this.#partsPerMillion = partsPerMillion
    this.#isMeddledWith = true
    this.onChange?.()
  }
}
