import { definePort } from '../effects/port.ts'

/** One request to a named endpoint. */
export interface HttpRequest {
  /** An endpoint's name, resolved inside the port: no URL enters an input. */
  readonly endpoint: string
  readonly method: 'GET' | 'POST'
  /** Path and query. */
  readonly path: string
  /** Sent as JSON when given. */
  readonly body?: unknown
  readonly timeoutMs: number
  /** Larger answers fail with `response-invalid`. */
  readonly responseBytesMax: number
}

/** What the endpoint answered, whatever its status. */
export interface HttpResponse {
  readonly status: number
  readonly contentType: string
  readonly text: string
  /**
   * What `text` says as JSON, where whoever answers has it at hand: the very value that parsing it would give, which nobody changes.
   * Nothing that came over a wire has it.
   */
  readonly json?: unknown
}

/** Requests to named endpoints. Any status is an answer; no answer is `connection-failed` or `timed-out`. */
export interface HttpContract {
  /** GET, or a POST that only asks. */
  ask(input: HttpRequest): HttpResponse
  /** A POST that changes something. */
  tell(input: HttpRequest): HttpResponse
}

export const Http = definePort<HttpContract>('Http', { ask: 'read', tell: 'write' })
