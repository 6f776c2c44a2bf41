import { Deferred, OperatingError, type Outcome, Settle, type Task } from '@dr-drill/runbook-core'
import type { Kernel, RandomStream } from '../kernel/index.ts'
import type { LinkQuality, LinkTrouble } from './contract.ts'
import { Flight } from './flight.ts'
import { isValue, type LinkRequest } from './request.ts'

/** What a link is made from. */
export interface LinkOptions {
  readonly kernel: Kernel
  /** What is drawn for requests that are lost; split from only when some are. */
  readonly random: () => RandomStream
  readonly quality: LinkQuality
  /** How many bytes one byte of the world stands for. */
  readonly scale: number
  readonly met: (how: LinkTrouble) => void
  /** Performs what a request that was held too long still does; nobody waits for it. */
  readonly performLate: (act: () => Outcome<unknown>) => void
}

interface Held {
  readonly released: Deferred<null>
  readonly request: LinkRequest<never>
  isGivenUp: boolean
}

/**
 * What a client sends to a server, and what comes back. A link carries one transfer after the other, at its full rate: that is when the
 * last of several parallel ones ends, too, and needs one event for each. Latency comes on top and delays nobody else. When the rate
 * changes, what is under way goes on at the new one.
 */
export class Link {
  readonly #options: LinkOptions
  #random: RandomStream | null = null
  #degraded: readonly Partial<LinkQuality>[] = []
  #quality: LinkQuality
  #msPerByte: number
  /** When all that was sent will have passed; fractions of ms are kept. */
  #busyUntilMs = 0
  /** How many partitions keep requests from arriving, and answers from coming back. */
  #requestBlocks = 0
  #answerBlocks = 0
  #holds = 0
  #isTroubled = false
  #held: Held[] = []
  #flights: Flight<never>[] = []

  constructor(options: LinkOptions) {
    this.#options = options
    this.#quality = options.quality
    this.#msPerByte = msPerByte(options)
  }

  /** Whether requests would arrive and be answered now. */
  get isOpen(): boolean {
    return this.#requestBlocks === 0 && this.#answerBlocks === 0 && this.#holds === 0
  }

  /** Sends a request and gives its answer when it has arrived. @throws what acting throws, and the request's own failures */
  send<A>(request: LinkRequest<A>): Outcome<A> {
    return this.#isTroubled ? this.#struggle(request) : this.#deliver(request)
  }

  #deliver<A>(request: LinkRequest<A>): Outcome<A> {
    const outcome = request.act()
    return isValue(outcome) ? this.#arrive(request, outcome) : this.#arriveLater(request, outcome)
  }

  *#arriveLater<A>(request: LinkRequest<A>, outcome: Outcome<A>): Task<A> {
    const answer = yield* new Settle<A>(outcome)
    return yield* new Settle<A>(this.#arrive(request, answer))
  }

  #arrive<A>(request: LinkRequest<A>, answer: A): Outcome<A> {
    const ms = this.#occupy(request.bytes(answer)) + this.#quality.latencyMs
    if (ms === 0 && this.#answerBlocks === 0) return answer
    const flight = new Flight(this.#options.kernel, request, answer, ms)
    this.#flights.push(flight as unknown as Flight<never>)
    if (this.#flights.length > 32) this.#flights = this.#flights.filter((one) => !one.hasEnded)
    if (this.#answerBlocks > 0) flight.stand()
    return flight.arrival
  }

  #occupy(bytes: number): number {
    if (bytes === 0) return 0
    const { nowMs } = this.#options.kernel
    this.#busyUntilMs = Math.max(nowMs, this.#busyUntilMs) + bytes * this.#msPerByte
    return Math.ceil(this.#busyUntilMs - nowMs)
  }

  #struggle<A>(request: LinkRequest<A>): Outcome<A> {
    if (this.#requestBlocks > 0) {
      this.#options.met('partitioned')
      return this.#silence(request)
    }
    if (this.#holds > 0) {
      this.#options.met('held')
      return this.#wait(request)
    }
    if (this.#isLost()) {
      this.#options.met('lost')
      return this.#lose(request)
    }
    if (this.#answerBlocks > 0) this.#options.met('partitioned')
    else if (this.#isSlow) this.#options.met('slowed')
    return this.#deliver(request)
  }

  get #isSlow(): boolean {
    const { latencyMs, bytesPerSecond } = this.#options.quality
    return this.#quality.latencyMs > latencyMs || this.#quality.bytesPerSecond < bytesPerSecond
  }

  #isLost(): boolean {
    const { lostPerMille } = this.#quality
    return lostPerMille > 0 && this.#stream().chance(lostPerMille, 1000)
  }

  #stream(): RandomStream {
    this.#random ??= this.#options.random()
    return this.#random
  }

  /** Nothing comes back, and the caller has had enough some time. */
  #silence<A>(request: LinkRequest<A>): Deferred<A> {
    const answer = new Deferred<A>()
    const end = (): void => {
      cancel()
      if (answer.exit === null) answer.fail(request.failure('silence'))
    }
    const cancel = this.#options.kernel.after(request.patienceMs, end)
    request.context.onCancel(end)
    return answer
  }

  *#lose<A>(request: LinkRequest<A>): Task<A> {
    if (this.#stream().chance(1, 2)) yield* new Settle<A>(request.act())
    throw request.failure('reset')
  }

  *#wait<A>(request: LinkRequest<A>): Task<A> {
    const released = new Deferred<null>()
    const held: Held = { released, request: request as unknown as LinkRequest<never>, isGivenUp: false }
    this.#held.push(held)
    const giveUp = (): void => {
      held.isGivenUp = true
      cancel()
      if (released.exit === null) released.fail(request.failure('silence'))
    }
    const cancel = this.#options.kernel.after(request.patienceMs, giveUp)
    request.context.onCancel(giveUp)
    yield* released.wait()
    cancel()
    return yield* new Settle<A>(this.send(request))
  }

  /** Changes its quality, until the function returned is called. */
  degrade(quality: Partial<LinkQuality>): () => void {
    this.#degraded = [...this.#degraded, quality]
    this.#change()
    return () => {
      this.#degraded = this.#degraded.filter((other) => other !== quality)
      this.#change()
    }
  }

  /** Keeps requests, or answers only, from passing. */
  block(what: 'both' | 'answers' | 'requests'): () => void {
    this.#count(what, 1)
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      this.#count(what, -1)
    }
  }

  #count(what: 'both' | 'answers' | 'requests', by: 1 | -1): void {
    if (what !== 'answers') this.#requestBlocks += by
    if (what !== 'requests') this.#answerBlocks += by
    this.#change()
    if (by > 0 && this.#answerBlocks > 0 && this.#isBusy) this.#options.met('partitioned')
    for (const flight of this.#flights) {
      if (this.#answerBlocks > 0) flight.stand()
      else flight.goOn()
    }
  }

  /** Whether something is under way that a change meets. */
  get #isBusy(): boolean {
    return this.#flights.some((flight) => !flight.hasEnded)
  }

  hold(): () => void {
    this.#holds += 1
    this.#change()
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      this.#holds -= 1
      this.#change()
      if (this.#holds === 0) this.#release()
    }
  }

  #release(): void {
    const held = this.#held
    this.#held = []
    for (const { released, request, isGivenUp } of held) {
      if (!isGivenUp) released.succeed(null)
      else if (request.changes) this.#options.performLate(request.act)
    }
  }

  /** All that is under way for a client, or for any, breaks off. */
  cut(client: string | null): void {
    const flights = this.#flights
    this.#flights = flights.filter((flight) => client !== null && flight.client !== client)
    for (const flight of flights) if (client === null || flight.client === client) flight.cut()
  }

  /** All that has not passed yet takes so many times as long. */
  #stretch(factor: number): void {
    const { nowMs } = this.#options.kernel
    if (this.#busyUntilMs > nowMs) this.#busyUntilMs = nowMs + (this.#busyUntilMs - nowMs) * factor
    if (factor > 1 && this.#isBusy && this.#isSlow) this.#options.met('slowed')
    for (const flight of this.#flights) flight.stretch(factor)
  }

  #change(): void {
    const before = this.#msPerByte
    this.#quality = Object.assign({}, this.#options.quality, ...this.#degraded) as LinkQuality
    this.#msPerByte = msPerByte({ ...this.#options, quality: this.#quality })
    if (before > 0 && before !== this.#msPerByte) this.#stretch(this.#msPerByte / before)
    this.#isTroubled =
      this.#degraded.length > 0 || this.#requestBlocks > 0 || this.#answerBlocks > 0 || this.#holds > 0
  }
}

function msPerByte({ scale, quality }: { readonly scale: number; readonly quality: LinkQuality }): number {
  return (scale * 1000) / quality.bytesPerSecond
}

/** What a caller sees whose request was lost or unanswered. */
export function linkFailure(
  code: 'connection-failed' | 'store-unavailable' | 'timed-out',
  subject: string,
  patienceMs: number,
): (how: 'silence' | 'reset') => OperatingError {
  return (how) => {
    const what = how === 'reset' ? 'the connection was reset' : `no answer within ${patienceMs} ms`
    return new OperatingError(code, `${subject}: ${what}`, { subject })
  }
}
