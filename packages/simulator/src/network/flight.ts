import { Deferred } from '@dr-drill/runbook-core'
import type { Kernel } from '../kernel/index.ts'
import type { LinkRequest } from './request.ts'

/** An answer on its way back: it arrives when its time has passed, unless something keeps or cuts it. */
export class Flight<A> {
  readonly arrival = new Deferred<A>()
  readonly #kernel: Kernel
  readonly #request: LinkRequest<A>
  readonly #answer: A
  #durationMs: number
  #leftMs: number
  /** When it went on last; null while it stands still. */
  #movingSinceMs: number | null = null
  #cancelEvent: () => void = () => {}

  constructor(kernel: Kernel, request: LinkRequest<A>, answer: A, durationMs: number) {
    this.#kernel = kernel
    this.#request = request
    this.#answer = answer
    this.#durationMs = durationMs
    this.#leftMs = durationMs
    request.context.onCancel(() => this.#settle(() => this.arrival.succeed(answer)))
    this.goOn()
  }

  get client(): string {
    return this.#request.client
  }

  get hasEnded(): boolean {
    return this.arrival.exit !== null
  }

  goOn(): void {
    if (!this.hasEnded && this.#movingSinceMs === null) this.#move()
  }

  /** What is left takes so many times as long. */
  stretch(factor: number): void {
    if (this.hasEnded) return
    const isMoving = this.#movingSinceMs !== null
    const leftMs = this.#leftMs - this.#movedMs
    this.#leftMs = Math.ceil(leftMs * factor)
    this.#durationMs += this.#leftMs - leftMs
    if (isMoving) this.#move()
  }

  get #movedMs(): number {
    return this.#movingSinceMs === null ? 0 : this.#kernel.nowMs - this.#movingSinceMs
  }

  #move(): void {
    this.#cancelEvent()
    this.#movingSinceMs = this.#kernel.nowMs
    this.#cancelEvent = this.#kernel.after(this.#leftMs, () => {
      this.#settle(() => this.arrival.succeed(this.#answer))
    })
  }

  /** Nothing passes any more: it waits for as long as its caller has patience. */
  stand(): void {
    if (this.hasEnded || this.#movingSinceMs === null) return
    this.#cancelEvent()
    this.#leftMs -= this.#movedMs
    this.#movingSinceMs = null
    this.#cancelEvent = this.#kernel.after(this.#request.patienceMs, () => {
      this.#settle(() => this.arrival.fail(this.#request.failure('silence')))
    })
  }

  /** The connection breaks. */
  cut(): void {
    if (this.hasEnded) return
    const arrivedMs = this.#durationMs - this.#leftMs + this.#movedMs
    const part = this.#durationMs === 0 ? 1 : arrivedMs / this.#durationMs
    this.#settle(() => this.arrival.fail(this.#request.failure('reset')))
    this.#request.onCut?.(part)
  }

  #settle(end: () => void): void {
    this.#cancelEvent()
    if (!this.hasEnded) end()
  }
}
