import type { Readable, Writable } from 'node:stream'
import { errorFromRecord, isErrorRecord, OperatingError, toOperatingError } from '@dr-drill/runbook-core'
import { encodeFrame, FrameReader } from './frames.ts'

/** Answers one method. `onCancel` hears when the other side gives the request up; it must then end soon. */
export type AnswerRequest = (params: unknown, onCancel: (listener: () => void) => void) => Promise<unknown>

/** What one side of a connection offers to the other. */
export interface PeerOptions {
  readonly input: Readable
  readonly output: Writable
  readonly requests: Readonly<Record<string, AnswerRequest>>
  /** Awaited: whatever comes after a notification is looked at when it has been dealt with. */
  readonly notifications: Readonly<Record<string, (params: unknown) => Promise<void> | void>>
  /** Why the other side sends nothing more, where somebody knows. */
  readonly whyEnded?: () => Promise<OperatingError>
}

interface Pending {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/** JSON-RPC's numbers; what went wrong stands in `data`. */
const METHOD_NOT_FOUND = -32601
const FAILED = -32000

/** Requests that the other side may have under way at once: far more than a run has steps. */
const REQUESTS_MAX = 1024

/**
 * One side of a connection: JSON-RPC 2.0, both ways, one message a line. Messages are handled in the order in which they came;
 * requests are answered whenever they are done. `cancel {id}` gives a request up. Whatever is wrong with what comes in ends the
 * connection with `agent-invalid`.
 */
export class Peer {
  readonly #options: PeerOptions
  readonly #pending = new Map<number, Pending>()
  readonly #answering = new Map<number, Cancellation>()
  #lastId = 0
  #closed: OperatingError | null = null
  /** Resolves when nothing more will come, with what is to be told to whoever still waits. Never rejects. */
  readonly ended: Promise<OperatingError>

  constructor(options: PeerOptions) {
    this.#options = options
    options.output.on('error', () => {})
    this.ended = this.#listen()
  }

  /** Asks the other side. @throws agent-lost, agent-invalid, and what it answers */
  request(method: string, params: object, onCancel?: (listener: () => void) => void): Promise<unknown> {
    if (this.#closed !== null) return Promise.reject(this.#closed)
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      this.#send({ id, method, params }).catch((error: unknown) => {
        this.#pending.delete(id)
        reject(error)
      })
      onCancel?.(() => {
        if (this.#pending.has(id)) void this.notify('cancel', { id }).catch(() => {})
      })
    })
  }

  /** Tells the other side; resolves when the message has left this process. */
  notify(method: string, params: object): Promise<void> {
    return this.#send({ method, params })
  }

  /** Nothing more is sent or looked at; all that wait are told. Twice is fine. */
  close(error: OperatingError): void {
    if (this.#closed !== null) return
    this.#closed = error
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
    for (const cancellation of this.#answering.values()) cancellation.cancel()
  }

  async #send(message: object): Promise<void> {
    if (this.#closed !== null) throw this.#closed
    const frame = encodeFrame({ jsonrpc: '2.0', ...message })
    await new Promise<void>((resolve, reject) => {
      this.#options.output.write(frame, (error) => {
        if (error) reject(lost(`the other side does not read: ${error.message}`))
        else resolve()
      })
    })
  }

  async #listen(): Promise<OperatingError> {
    const reader = new FrameReader()
    let end: OperatingError | null = null
    try {
      for await (const chunk of this.#options.input) {
        for (const message of reader.push(chunk as Buffer)) {
          if (this.#closed !== null) return this.#closed
          await this.#handle(message as Readonly<Record<string, unknown>>)
        }
      }
    } catch (thrown) {
      end = thrown instanceof OperatingError ? thrown : lost(`the connection broke: ${String(thrown)}`)
    }
    end ??= (await this.#options.whyEnded?.()) ?? lost('the connection was closed')
    // Whoever sent it hears why nobody listens any more.
    if (end.code === 'agent-invalid')
      await this.#send({ id: null, error: errorOf(end, FAILED) }).catch(() => {})
    this.close(end)
    return this.#closed ?? end
  }

  async #handle(message: Readonly<Record<string, unknown>>): Promise<void> {
    const { id, method, params } = message
    if (typeof method !== 'string') return this.#settle(id, message)
    if (id === undefined) {
      if (method === 'cancel') return this.#cancel(params)
      return await this.#handler(this.#options.notifications, method)(params)
    }
    if (typeof id !== 'number' || !Number.isSafeInteger(id) || this.#answering.has(id)) {
      throw new OperatingError('agent-invalid', 'a request has no number of its own')
    }
    if (this.#answering.size >= REQUESTS_MAX)
      throw new OperatingError('agent-invalid', 'too many requests at once')
    void this.#answer(id, method, params)
  }

  #handler<F>(table: Readonly<Record<string, F>>, method: string): F {
    const handler = Object.hasOwn(table, method) ? table[method] : undefined
    if (handler !== undefined) return handler
    throw new OperatingError('agent-invalid', `there is no method ${JSON.stringify(method.slice(0, 40))}`)
  }

  #settle(id: unknown, message: Readonly<Record<string, unknown>>): void {
    if (id === null && message.error !== undefined) throw errorIn(message.error)
    const pending = typeof id === 'number' ? this.#pending.get(id) : undefined
    if (pending === undefined) throw new OperatingError('agent-invalid', 'an answer belongs to no request')
    this.#pending.delete(id as number)
    if (message.error === undefined) {
      pending.resolve(message.result)
      return
    }
    pending.reject(errorIn(message.error))
  }

  #cancel(params: unknown): void {
    const { id } = (params ?? {}) as { readonly id?: unknown }
    // An answer may be on its way already.
    if (typeof id === 'number') this.#answering.get(id)?.cancel()
  }

  async #answer(id: number, method: string, params: unknown): Promise<void> {
    const cancellation = new Cancellation()
    this.#answering.set(id, cancellation)
    try {
      const answer = this.#handler(this.#options.requests, method)
      const result = await answer(params, (listener) => cancellation.onCancel(listener))
      await this.#send({ id, result: result ?? null })
    } catch (thrown) {
      const error = toOperatingError(thrown)
      const code = Object.hasOwn(this.#options.requests, method) ? FAILED : METHOD_NOT_FOUND
      await this.#send({ id, error: errorOf(error, code) }).catch(() => {})
    } finally {
      this.#answering.delete(id)
    }
  }
}

const errorOf = (error: OperatingError, code: number): object => ({
  code,
  message: error.message,
  data: error.toRecord(),
})

function errorIn(error: unknown): OperatingError {
  const { data } = (error ?? {}) as { readonly data?: unknown }
  if (isErrorRecord(data)) return errorFromRecord(data)
  return new OperatingError('agent-invalid', 'an error of the other side says nothing')
}

/** Whether a request was given up, and who wants to know. */
class Cancellation {
  #isCancelled = false
  #listeners: (() => void)[] = []

  onCancel(listener: () => void): void {
    if (this.#isCancelled) listener()
    else this.#listeners.push(listener)
  }

  cancel(): void {
    this.#isCancelled = true
    for (const listener of this.#listeners.splice(0)) listener()
  }
}

/** The other side is gone. */
export const lost = (message: string) => new OperatingError('agent-lost', message)
