import { createReadStream } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { invariant } from '@dr-drill/runbook-core'
import type { S3Response } from '@dr-drill/simulator'
import { toWire } from './incoming-request.ts'
import { DescriptorFile } from './pinned-file.ts'

const READ_BYTES = 256 * 1024

/**
 * Sends an answer. `cutAt` ends its body after so many bytes and then the connection; null sends all of it. Never rejects: a
 * client that went away is its own trouble.
 */
export async function sendResponse(
  response: S3Response,
  to: ServerResponse,
  options: { readonly cutAt: number | null; readonly close: boolean },
): Promise<void> {
  const { body } = response
  try {
    writeHead(response, to, options.close)
    const source = bodyStream(response, options.cutAt)
    if (source !== null) await pipeline(source, to, { end: false })
    if (options.cutAt !== null && isCut(response, options.cutAt)) to.socket?.destroySoon()
    else to.end()
  } catch {
    to.destroy()
  } finally {
    if (body.kind === 'object') body.object.release()
  }
}

function writeHead(response: S3Response, to: ServerResponse, close: boolean): void {
  const { body } = response
  for (const [name, value] of Object.entries(response.headers)) to.setHeader(name, toWire(value))
  if (body.kind === 'bytes') to.setHeader('content-length', body.bytes.length)
  if (
    body.kind === 'none' &&
    !to.hasHeader('content-length') &&
    response.status !== 204 &&
    response.status !== 304
  ) {
    to.setHeader('content-length', 0)
  }
  if (close) to.setHeader('connection', 'close')
  to.writeHead(response.status)
  to.flushHeaders()
}

function sizeOf({ body }: S3Response): number {
  if (body.kind === 'bytes') return body.bytes.length
  return body.kind === 'object' ? body.sizeBytes : 0
}

function isCut(response: S3Response, cutAt: number): boolean {
  return cutAt < sizeOf(response)
}

function bodyStream(response: S3Response, cutAt: number | null): Readable | null {
  const { body } = response
  const sizeBytes = Math.min(sizeOf(response), cutAt ?? Number.POSITIVE_INFINITY)
  if (sizeBytes === 0) return null
  if (body.kind === 'bytes') return Readable.from([body.bytes.subarray(0, sizeBytes)])
  invariant(body.kind === 'object', 'only bytes and objects have a size')
  const { pinned } = body.object
  invariant(pinned instanceof DescriptorFile, 'the server pins what it sends')
  return createReadStream('', {
    fd: pinned.descriptor,
    autoClose: false,
    start: body.offset,
    end: body.offset + sizeBytes - 1,
    highWaterMark: READ_BYTES,
  })
}
