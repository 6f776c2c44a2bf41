import {
  type CallContext,
  Deferred,
  type HttpContract,
  type HttpRequest,
  type HttpResponse,
  OperatingError,
  type PortHandler,
} from '@dr-drill/runbook-core'
import type { Kernel, Process } from '../kernel/index.ts'
import { AnswerAtHand } from '../stemedb/index.ts'
import type { Listener } from './service-host.ts'

/** What whoever listens in the place of a service says to everything. */
const STRANGER: HttpResponse = Object.freeze({
  status: 200,
  contentType: 'text/html',
  text: '<html><body><h1>It works!</h1></body></html>',
})

/** Who listens on a machine, and how its clients are answered. */
export class Endpoints {
  /** The port Http: endpoints of this machine, asked by a client on it. */
  readonly http: PortHandler<HttpContract>
  readonly #kernel: Kernel
  readonly #met: (what: string) => void
  readonly #listeners = new Map<string, { readonly listener: Listener; readonly sinceMs: number }>()
  readonly #occupied = new Set<string>()

  constructor(kernel: Kernel, met: (what: string) => void) {
    this.#kernel = kernel
    this.#met = met
    const request = (input: HttpRequest, context: CallContext) => this.#request(input, context)
    this.http = { ask: request, tell: request }
  }

  /** @throws environment-lacking when a stranger listens there */
  listen(listener: Listener, endpoint: string): void {
    if (this.#occupied.has(endpoint)) {
      this.#met(`endpoint-occupied ${endpoint}`)
      throw new OperatingError('environment-lacking', `cannot listen: ${endpoint} is taken (EADDRINUSE)`)
    }
    this.#listeners.set(endpoint, { listener, sinceMs: this.#kernel.nowMs })
  }

  /** Drill time since when an endpoint is served without a break; null while it is not. */
  servedSince(endpoint: string): number | null {
    const found = this.#listeners.get(endpoint)
    if (found === undefined || found.listener.server.isDead || found.listener.server.isPaused) return null
    return found.sinceMs
  }

  /** Whether a process has come so far that it listens anywhere. */
  isListening(server: Process): boolean {
    return [...this.#listeners.values()].some(({ listener }) => listener.server === server)
  }

  /** A stranger listens there from now on. */
  occupy(endpoint: string): () => void {
    this.#occupied.add(endpoint)
    return () => void this.#occupied.delete(endpoint)
  }

  /** Nobody listens any more. */
  clear(): void {
    this.#listeners.clear()
  }

  #request(request: HttpRequest, context: CallContext): HttpResponse | Deferred<HttpResponse> {
    const { endpoint } = request
    if (this.#occupied.has(endpoint)) {
      this.#met(`endpoint-occupied ${endpoint}`)
      return STRANGER
    }
    const listener = this.#listeners.get(endpoint)?.listener
    if (listener === undefined || listener.server.isDead) {
      throw new OperatingError('connection-failed', `nothing listens at ${endpoint}`, { subject: endpoint })
    }
    if (listener.server.isPaused) this.#met(`service-hung ${listener.server.name}`)
    return this.#answer(listener, request, context)
  }

  #answer(listener: Listener, request: HttpRequest, context: CallContext): Deferred<HttpResponse> {
    const { endpoint: subject, timeoutMs, responseBytesMax } = request
    const result = new Deferred<HttpResponse>()
    const settle = (end: () => void): void => {
      cancelTimeout()
      if (result.exit === null) end()
    }
    const cancelTimeout = this.#kernel.after(timeoutMs, () => {
      const late = `${subject} did not answer within ${timeoutMs} ms`
      settle(() => result.fail(new OperatingError('timed-out', late, { subject })))
    })
    context.onCancel(() => {
      settle(() => result.fail(new OperatingError('cancelled', 'nobody waits for the answer any more')))
    })
    listener.server.answer(listener.serve(request), listener.environment).subscribe((exit) => {
      settle(() => {
        if (exit.kind === 'success' && isTooLong(exit.value, responseBytesMax)) {
          result.fail(new OperatingError('response-invalid', `the answer of ${subject} is too large`))
        } else result.settle(exit)
      })
    })
    return result
  }
}

/** What is at hand is not rendered to be measured. */
function isTooLong(answer: HttpResponse, lengthMax: number): boolean {
  if (answer instanceof AnswerAtHand) return answer.isLongerThan(lengthMax)
  return answer.text.length > lengthMax
}
