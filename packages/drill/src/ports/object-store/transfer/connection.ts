import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { OperatingError } from '@dr-drill/runbook-core'
import type { ClientLimits } from '../client.ts'
import { type Receiver, ResponseReader } from './response-reader.ts'

/** Where a connection goes. */
export interface Origin {
  readonly isTls: boolean
  /** Name or address, without brackets. */
  readonly host: string
  readonly port: number
}

/** Bytes that the system may hand over at once; every connection has one such buffer and uses it for all it receives. */
const RECEIVE_BYTES = 128 * 1024
/** A connection that moves less than this within the limit of silence is as good as silent. */
const PACE_BYTES = 512
/** Servers close what lies idle for five seconds and more; it is left before that. */
const IDLE_IN_POOL_MS = 4_000

interface Running {
  readonly reader: ResponseReader
  /** Waits for the receiver: silence of the connection means nothing then, and bytes it was given must stay. */
  isHeld: boolean
  /** What broke while it was held; told when the receiver has let go. */
  failure: { readonly error: unknown } | null
  /** What came since `since`. */
  movedBytes: number
  since: number
  resolve(): void
  reject(error: unknown): void
}

/**
 * One HTTP/1.1 connection, for one exchange after another. What comes is read into one buffer, used again and again: no stream, no copy
 * and no allocation stand between the socket and whoever takes the bytes.
 */
export class Connection {
  readonly #limits: ClientLimits
  /** TLS goes on to hand over what it has decrypted, in the same memory, after it was told to pause: there, bytes are copied. */
  readonly #isTls: boolean
  readonly #socket: Socket
  #opening: ((error: unknown) => void) | null = null
  #running: Running | null = null
  #isUsable = true
  #hasEnded = false
  /** Came while the receiver was waited for. */
  readonly #queued: Uint8Array[] = []

  private constructor(origin: Origin, limits: ClientLimits) {
    this.#limits = limits
    this.#isTls = origin.isTls
    this.#socket = connected(origin, {
      buffer: Buffer.allocUnsafeSlow(RECEIVE_BYTES),
      callback: (count, bytes) => this.#received(bytes.subarray(0, count)),
    })
    this.#socket.on('timeout', () => this.#silent())
    this.#socket.on('error', (error) => this.#fail(error))
    this.#socket.on('end', () => this.#ended())
    this.#socket.on('close', () => this.#ended())
  }

  /** Connects, for TLS with the checks that Node makes. `signal` gives up. @throws errno, store-unavailable */
  static open(origin: Origin, limits: ClientLimits, signal: AbortSignal): Promise<Connection> {
    const connection = new Connection(origin, limits)
    return connection.#opened(origin.isTls ? 'secureConnect' : 'connect', signal)
  }

  /** True while another exchange may begin on it. */
  get isUsable(): boolean {
    return this.#isUsable && this.#running === null
  }

  /**
   * Sends a request and hands the answer to `receiver`. After a failure the connection is closed.
   * @throws store-unavailable, response-invalid, errno, what the receiver throws
   */
  exchange(request: string, receiver: Receiver): Promise<void> {
    return new Promise((resolve, reject) => {
      const reader = new ResponseReader(receiver)
      const since = performance.now()
      this.#running = { reader, isHeld: false, failure: null, movedBytes: 0, since, resolve, reject }
      this.#socket.ref()
      this.#socket.setTimeout(this.#limits.idleMs)
      this.#socket.write(request, 'latin1')
    })
  }

  /** Lies in a pool: does not keep the process alive, and closes before the server is likely to. */
  rest(): void {
    this.#socket.unref()
    this.#socket.setTimeout(IDLE_IN_POOL_MS)
  }

  /** Closes at once; an exchange under way fails. */
  close(): void {
    this.#fail(lost('the connection was closed'))
  }

  #opened(event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<Connection> {
    const { connectMs } = this.#limits
    return new Promise((resolve, reject) => {
      const giveUp = (): void => this.close()
      const patience = setTimeout(() => this.#fail(lost(`no connection within ${connectMs} ms`)), connectMs)
      const settled = (): void => {
        clearTimeout(patience)
        signal.removeEventListener('abort', giveUp)
        this.#opening = null
      }
      signal.addEventListener('abort', giveUp, { once: true })
      this.#opening = (error) => {
        settled()
        reject(error)
      }
      this.#socket.once(event, () => {
        settled()
        resolve(this)
      })
    })
  }

  /** What the socket has read; true to be given more. */
  #received(bytes: Uint8Array): boolean {
    const running = this.#running
    if (running === null) {
      this.#fail(lost('bytes came without a request'))
      return false
    }
    if (running.isHeld) {
      // TLS hands over what it has decrypted already.
      this.#queued.push(Uint8Array.from(bytes))
      return false
    }
    this.#take(running, this.#isTls ? Uint8Array.from(bytes) : bytes)
    return this.#running?.isHeld !== true
  }

  #take(running: Running, bytes: Uint8Array): void {
    try {
      this.#keepPace(running, bytes.length)
      const waiting = running.reader.take(bytes)
      if (waiting !== null) this.#hold(running, waiting)
      else if (running.reader.isComplete) this.#complete(running)
    } catch (thrown) {
      this.#fail(thrown)
    }
  }

  /** Reads no further until the receiver has done with what it was given. */
  #hold(running: Running, waiting: Promise<void>): void {
    running.isHeld = true
    waiting.then(
      () => this.#release(running, null),
      (error) => this.#release(running, { error }),
    )
  }

  #release(running: Running, thrown: { readonly error: unknown } | null): void {
    running.isHeld = false
    const failure = running.failure ?? thrown
    if (failure !== null) {
      this.#fail(failure.error)
      return
    }
    running.movedBytes = 0
    running.since = performance.now()
    this.#socket.setTimeout(this.#limits.idleMs)
    if (running.reader.isComplete) this.#complete(running)
    for (let bytes = this.#queued.shift(); bytes !== undefined; bytes = this.#queued.shift()) {
      this.#received(bytes)
      if (running.isHeld) return
    }
    if (this.#hasEnded && this.#running !== null) this.#ended()
    this.#socket.resume()
  }

  /** A head has to come whole within the limit of silence, a body at some pace: a trickle would hold a restore up for ever. */
  #keepPace(running: Running, count: number): void {
    const now = performance.now()
    const isLate = now - running.since > this.#limits.idleMs
    running.movedBytes += count
    if (!isLate) return
    if (running.reader.head === null || running.movedBytes < PACE_BYTES) {
      throw lost(`the answer comes too slowly: ${running.movedBytes} bytes in ${this.#limits.idleMs} ms`)
    }
    running.movedBytes = 0
    running.since = now
  }

  #complete(running: Running): void {
    if (!running.reader.leavesConnectionUsable) this.#shut()
    this.#running = null
    running.resolve()
  }

  #silent(): void {
    if (this.#running?.isHeld === true) return
    this.#fail(lost(`nothing came for ${this.#limits.idleMs} ms`))
  }

  #ended(): void {
    this.#hasEnded = true
    this.#isUsable = false
    const running = this.#running
    if (running?.isHeld === true) return
    if (running?.reader.endsWithConnection() === true) this.#complete(running)
    else this.#fail(lost('the connection ended before the answer did'))
  }

  #fail(error: unknown): void {
    this.#shut()
    this.#opening?.(error)
    const running = this.#running
    if (running === null) return
    if (running.isHeld) {
      running.failure ??= { error }
      return
    }
    this.#running = null
    running.reject(error)
  }

  #shut(): void {
    this.#isUsable = false
    this.#socket.destroy()
  }
}

interface OnRead {
  readonly buffer: Buffer
  readonly callback: (count: number, bytes: Uint8Array) => boolean
}

function connected({ isTls, host, port }: Origin, onread: OnRead): Socket {
  if (!isTls) return connectPlain({ host, port, noDelay: true, onread })
  // `onread` is documented for TLS, too; the types do not know it.
  const options: ConnectionOptions & { onread: OnRead } = { host, port, onread }
  return connectTls(isIP(host) === 0 ? { ...options, servername: host } : options)
}

const lost = (message: string): OperatingError => new OperatingError('store-unavailable', message)
