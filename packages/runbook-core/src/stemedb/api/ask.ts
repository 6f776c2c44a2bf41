import type { z } from 'zod'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { Http, type HttpRequest, type HttpResponse } from '../../ports/index.ts'

/** What every caller of the API says. */
export interface ApiCall {
  readonly endpoint: string
  readonly timeoutMs: number
}

/** A page of at most a MiB of records is larger as JSON, never this much. */
const RESPONSE_BYTES_MAX = 16 * 1024 * 1024

/** Asks with GET. @throws OperatingError `response-invalid` unless the answer is 200 */
export function* get(call: ApiCall, path: string): Task<HttpResponse> {
  return yield* answered(requestOf(call, 'GET', path), 200, (request) => Http.ask(request))
}

/** Asks with a POST that changes nothing. @throws OperatingError `response-invalid` unless the answer is 200 */
export function* askPost(call: ApiCall, path: string, body: unknown): Task<HttpResponse> {
  return yield* answered({ ...requestOf(call, 'POST', path), body }, 200, (request) => Http.ask(request))
}

/** Asks with a POST that writes. @throws OperatingError `response-invalid` unless the answer is 201 or 200 */
export function* tellPost(call: ApiCall, path: string, body: unknown): Task<HttpResponse> {
  return yield* answered({ ...requestOf(call, 'POST', path), body }, 201, (request) => Http.tell(request))
}

/** The answer's JSON by a schema. @throws OperatingError `response-invalid` */
export function parsed<T>(call: ApiCall, path: string, response: HttpResponse, schema: z.ZodType<T>): T {
  return checked(call, path, jsonOf(call, path, response), schema)
}

/** The answer's JSON. @throws OperatingError `response-invalid` */
export function jsonOf(call: ApiCall, path: string, response: HttpResponse): unknown {
  if (response.json !== undefined) return response.json
  try {
    return JSON.parse(response.text)
  } catch {
    // What the parser says quotes the answer.
    throw invalid(call, path, 'the answer is not JSON')
  }
}

/** A part of an answer by a schema. @throws OperatingError `response-invalid` */
export function checked<T>(call: ApiCall, path: string, value: unknown, schema: z.ZodType<T>): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw invalid(call, path, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'another shape'}`)
}

/** An answer that does not have the documented shape. */
export function invalid({ endpoint }: ApiCall, path: string, detail: string): OperatingError {
  return new OperatingError('response-invalid', `${endpoint} ${path}: ${detail}`, { subject: endpoint })
}

function requestOf({ endpoint, timeoutMs }: ApiCall, method: 'GET' | 'POST', path: string): HttpRequest {
  return { endpoint, timeoutMs, method, path, responseBytesMax: RESPONSE_BYTES_MAX }
}

function* answered(
  request: HttpRequest,
  wanted: number,
  send: (request: HttpRequest) => Task<HttpResponse>,
): Task<HttpResponse> {
  const response = yield* send(request)
  if (response.status === wanted || response.status === 200) return response
  throw invalid(request, request.path, `answered ${response.status} where ${wanted} was expected`)
}
