import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { invariant } from '@dr-drill/runbook-core'
import type { S3Response } from '@dr-drill/simulator'
import { readFully } from '../file-system/descriptor-io.ts'
import { toWire } from './incoming-request.ts'
import { DescriptorFile } from './pinned-file.ts'

const READ_BYTES = 256 * 1024

/** How an answer is sent. */
export interface SendOptions {
  /** Ends the body after so many bytes and then the connection; null sends all of it. */
  readonly cutAt: number | null
  /** Runs when all is sent, before the connection is closed; null: the connection is kept. */
  readonly beforeClose: (() => Promise<void>) | null
}

/** Sends an answer. Never rejects: a client that went away is its own trouble. */
export async function sendResponse(
  response: S3Response,
  to: ServerResponse,
  options: SendOptions,
): Promise<void> {
  const { body } = response
  try {
    writeHead(response, to, options.beforeClose !== null)
    await writeBody(response, to, options.cutAt)
    await options.beforeClose?.()
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

/**
 * Reads and writes in turn, so that no read is under way when the descriptor is released. (A ReadStream that is destroyed closes
 * its descriptor, whoever owns it.)
 */
async function writeBody(response: S3Response, to: ServerResponse, cutAt: number | null): Promise<void> {
  const { body } = response
  const sizeBytes = Math.min(sizeOf(response), cutAt ?? Number.POSITIVE_INFINITY)
  if (body.kind === 'bytes') await write(to, body.bytes.subarray(0, sizeBytes))
  if (body.kind !== 'object') return
  const { pinned } = body.object
  invariant(pinned instanceof DescriptorFile, 'the server pins what it sends')
  for (let sent = 0; sent < sizeBytes; ) {
    const length = Math.min(READ_BYTES, sizeBytes - sent)
    const bytes = await readFully(pinned.descriptor, body.offset + sent, length)
    if (bytes.length === 0) throw new Error('the file became shorter while it was sent')
    await write(to, bytes)
    sent += bytes.length
  }
}

/** Writes, and waits until the client took enough of it. Throws when it is gone. */
async function write(to: ServerResponse, bytes: Uint8Array): Promise<void> {
  if (to.destroyed) throw new Error('the client is gone')
  if (to.write(bytes)) return
  const gone = new AbortController()
  const onClose = () => gone.abort()
  to.once('close', onClose)
  try {
    await once(to, 'drain', { signal: gone.signal })
  } finally {
    to.off('close', onClose)
  }
}
