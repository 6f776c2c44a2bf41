import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { S3Service } from '@dr-drill/simulator'

/** No bucket can have this name, so the path can mean nothing else. */
export const STATISTICS_PATH = '/-/statistics'

const LOOPBACK = /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/

/**
 * Answers a request for the counters: JSON of `S3StatisticsSnapshot`, to callers on this host who know the token
 * (`Authorization: Bearer TOKEN`). False when the request is none of this kind.
 */
export function answerAdmin(
  service: S3Service,
  token: string | null,
  message: IncomingMessage,
  to: ServerResponse,
): boolean {
  if (message.url !== STATISTICS_PATH) return false
  const given = /^Bearer (.+)$/.exec(message.headers.authorization ?? '')?.[1]
  const isAllowed =
    token !== null &&
    given !== undefined &&
    isSame(given, token) &&
    LOOPBACK.test(message.socket.remoteAddress ?? '')
  to.statusCode = isAllowed && message.method === 'GET' ? 200 : 403
  to.setHeader('content-type', 'application/json')
  to.setHeader('connection', 'close')
  to.end(
    to.statusCode === 200 ? `${JSON.stringify(service.statistics.snapshot())}\n` : '{"error":"forbidden"}\n',
  )
  return true
}

/** Compares digests, so that neither length nor place of a difference shows in the duration. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
