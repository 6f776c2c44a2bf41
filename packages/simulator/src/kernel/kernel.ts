import { invariant, type VirtualTime } from '@dr-drill/runbook-core'
import { EventQueue } from './event-queue.ts'

/** Virtual time: integer milliseconds from 0, which pass only when nothing is left to do. */
export class Kernel implements VirtualTime {
  readonly #queue = new EventQueue()
  readonly #horizonMs: number
  #nowMs = 0

  /** `horizonMs`: no event beyond it happens. Timers that tick for ever would otherwise hide that everybody waits for nothing. */
  constructor(options: { readonly horizonMs?: number } = {}) {
    this.#horizonMs = options.horizonMs ?? Number.MAX_SAFE_INTEGER
  }

  /** Virtual drill time, ms. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** The instant of the next event within the horizon; null when nothing will happen. */
  get nextAtMs(): number | null {
    const next = this.#queue.peek()
    return next === null || next.at > this.#horizonMs ? null : next.at
  }

  /** Events that are scheduled, those beyond the horizon included. */
  get scheduled(): number {
    return this.#queue.size
  }

  /** Schedules an action `delayMs` from now, after all that stand at that instant already. The result takes it off again. */
  after(delayMs: number, action: () => void): () => void {
    invariant(
      Number.isSafeInteger(delayMs) && delayMs >= 0,
      `a delay is whole ms and not negative: ${delayMs}`,
    )
    const event = this.#queue.add(this.#nowMs + delayMs, action)
    return () => this.#queue.cancel(event)
  }

  /**
   * Moves to the next event and lets it happen: one event, so that all it sets off at this instant (a cancel included) comes before
   * the next. False when nothing is left within the horizon.
   */
  advance(): boolean {
    if (this.nextAtMs === null) return false
    const event = this.#queue.take()
    invariant(event, 'an event that was seen is there')
    this.#nowMs = event.at
    event.action()
    return true
  }
}
