import { type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http'
import { request as tlsRequest } from 'node:https'
import {
  type CallContext,
  type HttpContract,
  type HttpRequest,
  type HttpResponse,
  OperatingError,
  type PortHandler,
  utf8Decode,
} from '@dr-drill/runbook-core'

/** Where an endpoint is now, and what only the port may know of it: its token. */
export interface EndpointLocation {
  readonly url: string
  /** Sent as `Authorization: Bearer`; null: none is asked for. */
  readonly token: string | null
}

/** Finds where the endpoint of a name is now; null when nothing stands behind it. */
export type FindEndpoint = (endpoint: string) => EndpointLocation | null

/** HTTP to named endpoints; a connection per request, so that an answer can only come from whoever listens now. */
export function realHttp(findEndpoint: FindEndpoint): PortHandler<HttpContract> {
  return {
    ask: (input, context) => send(findEndpoint, input, context),
    tell: (input, context) => send(findEndpoint, input, context),
  }
}

function send(findEndpoint: FindEndpoint, input: HttpRequest, context: CallContext): Promise<HttpResponse> {
  const location = findEndpoint(input.endpoint)
  if (location === null) throw noAnswer(input, 'nothing listens there yet')
  const url = new URL(location.url)
  const body = input.body === undefined ? null : Buffer.from(JSON.stringify(input.body))
  const options: RequestOptions = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port,
    method: input.method,
    path: checkedPath(input),
    agent: false,
    headers: {
      ...(location.token === null ? {} : { authorization: `Bearer ${location.token}` }),
      ...(body === null ? {} : { 'content-type': 'application/json', 'content-length': String(body.length) }),
    },
  }
  return new Promise((resolve, reject) => {
    const call = (url.protocol === 'https:' ? tlsRequest : plainRequest)(options)
    let verdict: OperatingError | null = null
    let answering = false
    const stop = (error: OperatingError): void => {
      verdict ??= error
      call.destroy()
      reject(verdict)
    }
    const timer = setTimeout(() => stop(timedOut(input)), input.timeoutMs)
    context.onCancel(() =>
      stop(new OperatingError('cancelled', `${input.method} ${input.path} was given up`)),
    )
    call.on('response', (response) => {
      answering = true
      receive(response, input)
        .then(resolve, (error: unknown) => stop(transportError(input, error)))
        .finally(() => clearTimeout(timer))
    })
    call.on('error', (error) => stop(transportError(input, error)))
    call.on('close', () => {
      if (answering) return
      clearTimeout(timer)
      stop(noAnswer(input, 'the connection closed without an answer'))
    })
    call.end(body ?? undefined)
  })
}

async function receive(response: IncomingMessage, input: HttpRequest): Promise<HttpResponse> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > input.responseBytesMax) {
      throw invalid(input, `the answer is larger than ${input.responseBytesMax} bytes`)
    }
    chunks.push(chunk)
  }
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers['content-type'] ?? '',
    text: decoded(Buffer.concat(chunks), input),
  }
}

function decoded(bytes: Uint8Array, input: HttpRequest): string {
  try {
    return utf8Decode(bytes)
  } catch {
    throw invalid(input, 'the answer is not UTF-8')
  }
}

function checkedPath(input: HttpRequest): string {
  if (!input.path.startsWith('/') || /[^\u0021-\u007e]/.test(input.path)) {
    throw new OperatingError('input-invalid', `${JSON.stringify(input.path)} is no request path`, {
      subject: input.endpoint,
    })
  }
  return input.path
}

function transportError(input: HttpRequest, error: unknown): OperatingError {
  if (error instanceof OperatingError) return error
  const code = (error as NodeJS.ErrnoException).code ?? ''
  // HPE_: what came back is not HTTP.
  if (code.startsWith('HPE_')) return invalid(input, `the answer is not HTTP (${code})`)
  return noAnswer(input, code === '' ? String(error) : code)
}

const noAnswer = (input: HttpRequest, why: string) =>
  new OperatingError('connection-failed', `${input.method} ${input.path} at ${input.endpoint}: ${why}`, {
    subject: input.endpoint,
  })

const invalid = (input: HttpRequest, why: string) =>
  new OperatingError('response-invalid', `${input.method} ${input.path} at ${input.endpoint}: ${why}`, {
    subject: input.endpoint,
  })

const timedOut = (input: HttpRequest) =>
  new OperatingError(
    'timed-out',
    `${input.method} ${input.path} at ${input.endpoint} took longer than ${input.timeoutMs} ms`,
    { subject: input.endpoint },
  )
