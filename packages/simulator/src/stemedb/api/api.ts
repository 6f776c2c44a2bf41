import { Clock, formatInstant, OperatingError, type Task, utf8Decode } from '@dr-drill/runbook-core'
import { formatPosition } from '@dr-drill/runbook-core/stemedb'
import type { AssertionInput, StemedbEngine } from '../engine.ts'
import { type ApiResponse, JsonAnswer } from './answer.ts'
import { messagesOf, parseQuery } from './messages.ts'
import { renderMetrics } from './metrics.ts'

/** A request as either front hands it over. */
export interface ApiRequest {
  readonly method: string
  /** Path without query. */
  readonly path: string
  readonly body: Uint8Array
  /** True when the client is on this machine: the administration answers nobody else. */
  readonly fromLoopback: boolean
  /** The header `Authorization`; null when absent. */
  readonly authorization: string | null
}

/** What a server is besides its engine. */
export interface ApiOptions {
  /** Tells which process answers; null when nobody asked for it. */
  readonly instance: string | null
  /** Token of the administration; null: there is none. */
  readonly adminToken: string | null
}

/** Longest body that is read. */
export const API_BODY_BYTES_MAX = 128 * 1024

/** Most characters by which the message of an assertion is longer than its record, and a page than its messages. */
const MESSAGE_LENGTH_MAX = 128

type Route = (request: ApiRequest) => Task<ApiResponse>

/** The HTTP surface of seed-facts C.7, without sockets: the same for a world's front and the server process. */
export class StemedbApi {
  readonly #engine: StemedbEngine
  readonly #options: ApiOptions
  readonly #startedAt: number
  readonly #routes: Readonly<Record<string, { readonly method: 'GET' | 'POST'; readonly route: Route }>>

  /** `startedAt` is drill time ms. */
  constructor(engine: StemedbEngine, startedAt: number, options: ApiOptions) {
    this.#engine = engine
    this.#startedAt = startedAt
    this.#options = options
    this.#routes = {
      '/v1/health': { method: 'GET', route: () => this.#health() },
      '/v1/query': { method: 'POST', route: (request) => this.#query(request) },
      '/v1/assert': { method: 'POST', route: (request) => this.#assert(request) },
      '/metrics': { method: 'GET', route: () => this.#metrics() },
      '/v1/admin/rotate': {
        method: 'POST',
        route: (request) => this.#asAdmin(request, () => this.#rotate()),
      },
      '/v1/admin/checkpoint': {
        method: 'POST',
        route: (request) => this.#asAdmin(request, () => this.#checkpoint()),
      },
    }
  }

  /** Answers a request; whatever is wrong with it is an answer, too. */
  *handle(request: ApiRequest): Task<ApiResponse> {
    const found = Object.hasOwn(this.#routes, request.path) ? this.#routes[request.path] : undefined
    if (found === undefined) return refusal(404, 'not-found', 'there is nothing at this path')
    if (request.method !== found.method) {
      const { status, contentType, body } = refusal(405, 'method-not-allowed', `use ${found.method}`)
      return { status, contentType, body, allow: found.method }
    }
    try {
      return yield* found.route(request)
    } catch (error) {
      if (error instanceof OperatingError) return refusalOf(error)
      throw error
    }
  }

  *#health(): Task<ApiResponse> {
    const { healthy, assertionCount, walSegments, history } = this.#engine.health()
    return json(healthy ? 200 : 503, {
      status: healthy ? 'healthy' : 'failed',
      assertion_count: assertionCount,
      wal_segments: walSegments,
      uptime_seconds: Math.floor((yield* this.#uptimeMs()) / 1000),
      instance: this.#options.instance,
      history,
      position: formatPosition(assertionCount),
    })
  }

  *#query({ body }: ApiRequest): Task<ApiResponse> {
    const page = yield* this.#engine.query(parseQuery(parseBody(body)))
    const { assertions, cursor } = page
    const message = {
      assertions: messagesOf(this.#engine.checksums, assertions),
      cursor: cursor === null ? null : formatPosition(cursor),
    }
    return new JsonAnswer(200, message, page.sizeBytes + MESSAGE_LENGTH_MAX * (assertions.length + 1))
  }

  *#assert({ body }: ApiRequest): Task<ApiResponse> {
    const { kind, id, position, at } = yield* this.#engine.assert(
      parseBody(body) as unknown as AssertionInput,
    )
    if (kind === 'conflict') {
      return refusal(409, 'id-conflict', `the id holds other content, at position ${position}`)
    }
    const status = kind === 'created' ? 201 : 200
    return json(status, { id, position: formatPosition(position), timestamp: formatInstant(at) })
  }

  *#metrics(): Task<ApiResponse> {
    const body = renderMetrics(this.#engine, yield* this.#uptimeMs())
    return { status: 200, contentType: 'text/plain; version=0.0.4; charset=utf-8', body }
  }

  *#rotate(): Task<ApiResponse> {
    const closed = yield* this.#engine.rotate()
    return json(200, {
      closed:
        closed === null
          ? null
          : {
              number: closed.number,
              file: closed.fileName,
              first_position: formatPosition(closed.firstPosition),
              last_position: formatPosition(closed.lastPosition),
              record_count: closed.recordCount,
            },
      history: this.#engine.health().history,
    })
  }

  *#checkpoint(): Task<ApiResponse> {
    const { fileName, appliedPosition, sizeBytes, history } = yield* this.#engine.checkpoint()
    return json(200, {
      file: fileName,
      applied_position: formatPosition(appliedPosition),
      size_bytes: sizeBytes,
      history,
    })
  }

  /** Without a token the administration does not exist; from another machine neither. */
  *#asAdmin(request: ApiRequest, route: () => Task<ApiResponse>): Task<ApiResponse> {
    const { adminToken } = this.#options
    if (adminToken === null || !request.fromLoopback) {
      return refusal(404, 'not-found', 'there is nothing at this path')
    }
    if (!sameText(request.authorization ?? '', `Bearer ${adminToken}`)) {
      return refusal(401, 'token-wrong', 'the administration needs its bearer token')
    }
    return yield* route()
  }

  *#uptimeMs(): Task<number> {
    return Math.max(0, (yield* Clock.drillNow({})) - this.#startedAt)
  }
}

/** The JSON object in a body. @throws OperatingError `input-invalid`, `input-too-large` */
function parseBody(body: Uint8Array): Record<string, unknown> {
  if (body.length > API_BODY_BYTES_MAX) {
    throw new OperatingError('input-too-large', `a body has at most ${API_BODY_BYTES_MAX} bytes`)
  }
  const text = utf8Decode(body)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The parser's message quotes the input.
    throw new OperatingError('input-invalid', 'the body is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new OperatingError('input-invalid', 'the body is not a JSON object')
  }
  return value as Record<string, unknown>
}

function json(status: number, message: object): ApiResponse {
  return new JsonAnswer(status, message)
}

/** An error answer: a stable code and a sentence. */
export function refusal(status: number, code: string, message: string): ApiResponse {
  return json(status, { error: { code, message } })
}

function refusalOf(error: OperatingError): ApiResponse {
  switch (error.code) {
    case 'input-invalid':
      return refusal(400, error.code, error.message)
    case 'input-too-large':
      return refusal(413, error.code, error.message)
    case 'log-corrupt':
    case 'log-gap':
      return refusal(500, error.code, error.message)
    default:
      return refusal(503, 'unavailable', 'the database cannot do this now; see its log')
  }
}

/** Compares without telling by its duration where the texts differ. */
function sameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let index = 0; index < a.length; index += 1) {
    difference |= a.charCodeAt(index) ^ (b.charCodeAt(index % b.length) | 0)
  }
  return difference === 0
}
