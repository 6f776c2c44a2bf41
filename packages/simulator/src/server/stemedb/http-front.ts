import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { API_BODY_BYTES_MAX, type ApiRequest, type ApiResponse, refusal } from '@dr-drill/simulator'

/** What a front grants its clients. */
export interface FrontLimits {
  /** Time for a whole request, ms; slower ones get 408. */
  readonly requestTimeoutMs: number
  /** Time without a byte after which a connection is cut, ms. */
  readonly idleTimeoutMs: number
  readonly connectionsMax: number
}

const LIMITS: FrontLimits = { requestTimeoutMs: 10_000, idleTimeoutMs: 30_000, connectionsMax: 1024 }

/** Answers one request; never rejects. */
export type Answer = (request: ApiRequest) => Promise<ApiResponse>

/** An HTTP server in front of an API: reads bodies within limits, cuts off slow clients. It does not listen yet. */
export function httpFront(answer: Answer, limits: FrontLimits = LIMITS): Server {
  const server = createServer(
    {
      requestTimeout: limits.requestTimeoutMs,
      headersTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: Math.ceil(limits.requestTimeoutMs / 10),
      keepAliveTimeout: 5000,
      maxHeaderSize: 16 * 1024,
    },
    (request, response) => {
      serve(server, answer, request, response).catch(() => response.destroy())
    },
  )
  server.maxConnections = limits.connectionsMax
  server.timeout = limits.idleTimeoutMs
  return server
}

async function serve(
  server: Server,
  answer: Answer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request)
  if (body === null) {
    const message = `a body has at most ${API_BODY_BYTES_MAX} bytes`
    // The rest of the body is not read: the connection cannot be used again.
    send(response.setHeader('connection', 'close'), refusal(413, 'input-too-large', message))
    return
  }
  const [path = '/'] = (request.url ?? '/').split('?', 1)
  const answered = await answer({
    method: request.method ?? 'GET',
    path,
    body,
    fromLoopback: isLoopback(request.socket.remoteAddress),
    authorization: request.headers.authorization ?? null,
  })
  // A server that stops would wait for connections kept alive behind their last answer.
  if (!server.listening) response.setHeader('connection', 'close')
  send(response, answered)
}

/** The body; null when it is too long. Rejects when the client goes away. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | null> {
  if (Number(request.headers['content-length'] ?? 0) > API_BODY_BYTES_MAX) return null
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length
    if (length > API_BODY_BYTES_MAX) return null
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

function send(response: ServerResponse, { status, contentType, body, allow }: ApiResponse): void {
  const bytes = Buffer.from(body)
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': bytes.length,
    ...(allow === undefined ? {} : { allow }),
  })
  response.end(bytes)
}

function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false
  return address === '::1' || /^(::ffff:)?127\./.test(address)
}
