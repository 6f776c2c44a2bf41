import type { ClientLimits } from '../client.ts'
import { Connection, type Origin } from './connection.ts'

/** Connections of one origin at once; whoever asks for more waits for one that is given back. */
const CONNECTIONS_MAX = 32

/** Connections of one origin, kept for the next exchange. */
export class ConnectionPool {
  readonly #origin: Origin
  readonly #limits: ClientLimits
  /** The last one used is used next: the others go when they have lain idle for long. */
  #idle: Connection[] = []
  #taken = 0
  #isClosed = false
  readonly #waiting: (() => void)[] = []

  constructor(origin: Origin, limits: ClientLimits) {
    this.#origin = origin
    this.#limits = limits
  }

  /** Runs `use` on a connection; `signal` closes it. @throws what connecting and `use` throw */
  async use<A>(signal: AbortSignal, use: (connection: Connection) => Promise<A>): Promise<A> {
    await this.#turn(signal)
    try {
      signal.throwIfAborted()
      const connection = this.#idleOne() ?? (await Connection.open(this.#origin, this.#limits, signal))
      const giveUp = (): void => connection.close()
      signal.addEventListener('abort', giveUp, { once: true })
      try {
        return await use(connection)
      } finally {
        signal.removeEventListener('abort', giveUp)
        this.#giveBack(connection)
      }
    } finally {
      this.#taken -= 1
      this.#waiting.shift()?.()
    }
  }

  /** Closes what lies idle now and what is given back later. */
  close(): void {
    this.#isClosed = true
    for (const connection of this.#idle) connection.close()
    this.#idle = []
  }

  /** Waits until one more may be taken, and takes it. */
  async #turn(signal: AbortSignal): Promise<void> {
    while (this.#taken >= CONNECTIONS_MAX) {
      signal.throwIfAborted()
      await new Promise<void>((resolve) => {
        const go = (): void => {
          signal.removeEventListener('abort', giveUp)
          resolve()
        }
        const giveUp = (): void => {
          this.#waiting.splice(this.#waiting.indexOf(go), 1)
          resolve()
        }
        signal.addEventListener('abort', giveUp, { once: true })
        this.#waiting.push(go)
      })
    }
    this.#taken += 1
  }

  #idleOne(): Connection | null {
    for (let found = this.#idle.pop(); found !== undefined; found = this.#idle.pop()) {
      if (found.isUsable) return found
    }
    return null
  }

  #giveBack(connection: Connection): void {
    if (!connection.isUsable || this.#isClosed) {
      connection.close()
      return
    }
    connection.rest()
    this.#idle.push(connection)
  }
}
