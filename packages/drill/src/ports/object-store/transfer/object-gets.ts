import type { S3Client } from '@aws-sdk/client-s3'
import type { ClientLimits } from '../client.ts'
import type { StoreLocation } from '../location.ts'
import { countRequest, type RequestCounts } from '../request-counts.ts'
import { ConnectionPool } from './connection-pool.ts'
import { thrownFor } from './error-answer.ts'
import { type GetInput, type GetRequests, getRequests } from './get-requests.ts'
import { invalid, type ResponseHead } from './response-head.ts'
import type { Receiver } from './response-reader.ts'

/** GETs of one location's objects over connections of our own; docs/decisions/downloads.md says why not the SDK's. */
export class ObjectGets {
  readonly #client: S3Client
  readonly #location: StoreLocation
  readonly #limits: ClientLimits
  readonly #counts: RequestCounts
  #opened: Promise<{ readonly requests: GetRequests; readonly pool: ConnectionPool }> | null = null

  constructor(client: S3Client, location: StoreLocation, limits: ClientLimits, counts: RequestCounts) {
    this.#client = client
    this.#location = location
    this.#limits = limits
    this.#counts = counts
  }

  /**
   * One attempt: the object's bytes go to `receiver` as they come. `signal` gives up, which throws whatever was under way.
   * @throws store-unavailable, response-invalid, errno, the SDK's error for an answer that is one, what the receiver throws
   */
  async get(input: GetInput, receiver: Receiver, signal: AbortSignal): Promise<ResponseHead> {
    this.#opened ??= this.#open()
    const { requests, pool } = await this.#opened
    const text = await requests.textOf(input)
    const answer = new Answer(receiver)
    await pool.use(signal, (connection) => {
      countRequest(this.#counts, 'GET', false)
      return connection.exchange(text, answer)
    })
    return await answer.settled()
  }

  /** Closes connections kept for reuse. */
  close(): void {
    this.#opened?.then(({ pool }) => pool.close()).catch(() => {})
  }

  async #open(): Promise<{ requests: GetRequests; pool: ConnectionPool }> {
    try {
      const requests = await getRequests(this.#client, this.#location)
      return { requests, pool: new ConnectionPool(requests.origin, this.#limits) }
    } catch (thrown) {
      this.#opened = null
      throw thrown
    }
  }
}

/** Longest body of an answer that is an error; S3's are below a KiB. */
const ERROR_BYTES_MAX = 256 * 1024

/** Passes an object on and keeps an error for itself. */
class Answer implements Receiver {
  readonly #receiver: Receiver
  #head: ResponseHead | null = null
  #errorBytes = 0
  readonly #error: Uint8Array[] = []

  constructor(receiver: Receiver) {
    this.#receiver = receiver
  }

  begin(head: ResponseHead, lengthBytes: number | null): Promise<void> | undefined {
    this.#head = head
    if (head.status === 200) return this.#receiver.begin(head, lengthBytes)
    if (head.status < 300) throw invalid(`status ${head.status} answers no request for a whole object`)
    return undefined
  }

  add(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#head?.status === 200) return this.#receiver.add(bytes)
    this.#errorBytes += bytes.length
    if (this.#errorBytes > ERROR_BYTES_MAX) throw invalid(`an error of more than ${ERROR_BYTES_MAX} bytes`)
    // What comes next overwrites these.
    this.#error.push(Uint8Array.from(bytes))
    return undefined
  }

  async settled(): Promise<ResponseHead> {
    const head = this.#head
    if (head === null) throw invalid('it has no head')
    if (head.status === 200) return head
    throw (await thrownFor(head, Buffer.concat(this.#error))) ?? invalid(`status ${head.status}`)
  }
}
