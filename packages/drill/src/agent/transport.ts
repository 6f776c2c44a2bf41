import type { Readable, Writable } from 'node:stream'

/** How the far side of a transport ended, as far as it can be known from here. */
export interface TransportEnd {
  readonly exitCode: number | null
  readonly signal: string | null
}

/**
 * A program that runs somewhere and whose three streams reach this process: a child, a `docker exec`, an SSH channel. The agent is
 * started through one and ends when its stdin does, so whoever implements it must let the far side see the end of stdin, also when
 * this process dies.
 */
export interface Transport {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Resolves once the far side is gone, or is out of reach for good. Never rejects. */
  readonly ended: Promise<TransportEnd>
  /** Closes stdin: the agent gives back what it holds and ends by itself. */
  end(): void
  /** Ends it at once, or cuts the line to it where it cannot be reached. */
  kill(): void
}

/** Starts the agent's program on a machine. @throws environment-lacking, connection-failed */
export type StartTransport = () => Promise<Transport>
