import type { Kernel } from '../kernel/index.ts'

/** Restarts within this window are counted, as systemd does. */
const RESTART_WINDOW_MS = 10_000
const RESTARTS_MAX = 5

/** When a service that has failed is started again, and when it is given up. */
export class RestartPolicy {
  readonly #kernel: Kernel
  #restarts: number[] = []
  #cancel: (() => void) | null = null

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  /** Lets it be started again after a delay. False when it was too often of late: it is given up. */
  later(delayMs: number, start: () => void): boolean {
    const { nowMs } = this.#kernel
    this.#restarts = this.#restarts.filter((at) => nowMs - at < RESTART_WINDOW_MS)
    if (this.#restarts.length >= RESTARTS_MAX) return false
    this.#restarts.push(nowMs)
    this.#cancel = this.#kernel.after(delayMs, () => {
      this.#cancel = null
      start()
    })
    return true
  }

  /** Nothing is started again that was going to be. */
  cancel(): void {
    this.#cancel?.()
    this.#cancel = null
  }
}
