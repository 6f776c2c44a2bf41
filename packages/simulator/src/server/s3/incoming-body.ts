import type { IncomingMessage } from 'node:http'
import { Deferred, type Task } from '@dr-drill/runbook-core'
import { type S3Body, S3Error } from '@dr-drill/simulator'

/** The body of a request, pulled: what is not asked for stays in the socket, so a fast client cannot fill the memory. */
export class IncomingBody implements S3Body {
  readonly #message: IncomingMessage
  readonly #idleMs: number
  readonly #onFirstRead: () => void
  #started = false

  /** `idleMs`: how long a client may send nothing. `onFirstRead` tells a client that waits for it to go on. */
  constructor(message: IncomingMessage, idleMs: number, onFirstRead: () => void) {
    this.#message = message
    this.#idleMs = idleMs
    this.#onFirstRead = onFirstRead
  }

  *read(): Task<Uint8Array | null> {
    if (!this.#started) {
      this.#started = true
      this.#onFirstRead()
    }
    for (;;) {
      const bytes: Buffer | null = this.#message.read()
      if (bytes !== null && bytes.length > 0) return bytes
      if (this.#message.readableEnded) return null
      if (this.#message.destroyed) throw new S3Error('IncompleteBody')
      yield* this.#change().wait()
    }
  }

  /** Settles when there is something new to see. */
  #change(): Deferred<null> {
    const message = this.#message
    const change = new Deferred<null>()
    const timer = setTimeout(() => settle(new S3Error('RequestTimeout')), this.#idleMs)
    const onNews = () => settle(null)
    const events = ['readable', 'end', 'close', 'error'] as const
    const settle = (failure: S3Error | null) => {
      clearTimeout(timer)
      for (const event of events) message.off(event, onNews)
      if (failure === null) change.succeed(null)
      else change.fail(failure)
    }
    for (const event of events) message.on(event, onNews)
    return change
  }
}
