import type { IncomingMessage, ServerResponse } from 'node:http'
import { environment, exitOf, type Runtime } from '@dr-drill/runbook-core'
import {
  errorResponse,
  routeOf,
  S3Error,
  type S3FaultAction,
  type S3Request,
  type S3Response,
  type S3Service,
} from '@dr-drill/simulator'
import { IncomingBody } from './incoming-body.ts'
import { incomingRequest } from './incoming-request.ts'
import { sendResponse } from './outgoing-response.ts'

/** Bytes of an unwanted body that are read and dropped, so that the client sees the answer rather than a broken connection. */
const DRAIN_BYTES_MAX = 16 * 1024 * 1024
const DRAIN_MS_MAX = 2_000

/** How requests are served. */
export interface ServeOptions {
  readonly service: S3Service
  readonly runtime: Runtime
  /** How long a client may send nothing of a body it announced. */
  readonly bodyIdleMs: number
}

/** Serves one request to its end. */
export async function serveRequest(
  options: ServeOptions,
  message: IncomingMessage,
  to: ServerResponse,
): Promise<void> {
  // An aborted request is seen where its body is read; here it only must not be an uncaught error.
  message.on('error', () => {})
  to.on('error', () => {})
  let waitsFor100 = message.headers.expect?.toLowerCase() === '100-continue'
  const body = new IncomingBody(message, options.bodyIdleMs, () => {
    if (waitsFor100) to.writeContinue()
    waitsFor100 = false
  })
  const request = incomingRequest(message, body)
  const action = options.service.faults.decide(faultRequest(request))
  if (action.kind === 'reset') {
    message.socket.resetAndDestroy()
    return
  }
  const response = await answer(options, request, action)
  await sendResponse(response, to, {
    cutAt: action.kind === 'truncate-body' ? action.sizeBytes : null,
    // Who was not told to go on sends nothing that would have to be read.
    beforeClose: message.complete ? null : () => (waitsFor100 ? Promise.resolve() : drained(message)),
  })
}

async function answer(
  { service, runtime }: ServeOptions,
  request: S3Request,
  action: S3FaultAction,
): Promise<S3Response> {
  if (action.kind === 'respond') {
    const requestId = service.nextRequestId()
    const response = errorResponse(new S3Error(action.code), request, requestId)
    return { ...response, headers: { ...response.headers, 'x-amz-request-id': requestId } }
  }
  if (action.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, action.ms).unref())
  const hidden = action.kind === 'hide' ? new Set(action.keys) : null
  const exit = await exitOf(runtime.start(service.handle(request, hidden), environment({}), 's3'))
  if (exit.kind === 'success') return exit.value
  const error = service.toS3Error(exit.kind === 'failure' ? exit.error : new Error('interrupted'))
  return errorResponse(error, request, service.nextRequestId())
}

function faultRequest(request: S3Request) {
  const credential =
    /Credential=([^/,]+)\//.exec(request.headers.get('authorization') ?? '')?.[1] ??
    /X-Amz-Credential=([^%/&]+)/.exec(request.rawQuery)?.[1] ??
    null
  try {
    const { operation, bucket, key, query } = routeOf(request)
    const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? '']
    return { operation, bucket, key, accessKey: credential, prefix, delimiter }
  } catch {
    return { operation: null, bucket: '', key: '', accessKey: credential }
  }
}

/**
 * Reads and drops what is left of a body. To close at once would reset the connection, and the client, still sending, might lose
 * the answer.
 */
function drained(message: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let sizeBytes = 0
    const timer = setTimeout(resolve, DRAIN_MS_MAX)
    const end = () => {
      clearTimeout(timer)
      resolve()
    }
    message.on('data', (bytes: Buffer) => {
      sizeBytes += bytes.length
      if (sizeBytes > DRAIN_BYTES_MAX) end()
    })
    message.on('end', end)
    message.on('close', end)
    message.resume()
  })
}
