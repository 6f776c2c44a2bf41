import { OperatingError } from '@dr-drill/runbook-core'
import type { z } from 'zod'
import { startTimer } from '../../ports/clock.ts'
import { LineReader } from '../../ports/processes/line-reader.ts'
import { checked } from '../protocol/messages.ts'
import { lost, Peer, type PeerOptions } from '../protocol/peer.ts'
import type { Transport } from '../transport.ts'

/** An action that was given up has this long to give back what it holds; then its agent is ended. */
const GIVE_UP_MS = 60_000
/** An agent whose connection was closed ends by itself within this, or is ended. */
const CLOSE_MS = 10_000

type OnCancel = (listener: () => void) => void

/** What the runner offers to an agent. */
export interface ConnectionOptions {
  readonly notifications: PeerOptions['notifications']
  /** A line that the agent printed on stderr. */
  readonly onLine: (line: string) => void
}

/** A connection to one agent process, from its start to its end. */
export class AgentConnection {
  readonly #transport: Transport
  readonly #peer: Peer
  /** Resolves when the agent is gone or speaks no longer, with what is to be told of it. Never rejects. */
  readonly ended: Promise<OperatingError>

  constructor(transport: Transport, { notifications, onLine }: ConnectionOptions) {
    this.#transport = transport
    const { stdin: output, stdout: input } = transport
    const whyEnded = () => endOf(transport)
    this.#peer = new Peer({ input, output, requests: {}, notifications, whyEnded })
    const lines = new LineReader(onLine)
    transport.stderr.on('data', (chunk: Buffer) => lines.add(chunk))
    transport.stderr.on('error', () => {})
    // Whoever no longer speaks as an agent does is not left running; one that went away has told all that it will.
    this.ended = this.#peer.ended.then(async (error) => {
      if (error.code !== 'agent-lost') transport.kill()
      return error
    })
    void transport.ended.then(async ({ exitCode, signal }) => {
      lines.end()
      // What it said last may still be on its way.
      const timer = startTimer(1_000, () => this.fail(lost(endedBy(exitCode, signal))))
      await this.#peer.ended
      timer.stop()
    })
  }

  /** Asks the agent. @throws agent-lost, agent-invalid, and what the agent answers */
  async request<S extends z.ZodType>(
    method: string,
    params: object,
    schema: S,
    onCancel?: OnCancel,
  ): Promise<z.infer<S>> {
    let timer: { stop(): void } | null = null
    const giveUp: OnCancel = (listener) =>
      onCancel?.(() => {
        listener()
        timer = startTimer(GIVE_UP_MS, () => this.fail(lost(`${method} was given up and did not end`)))
      })
    try {
      const answer = await this.#peer.request(method, params, giveUp)
      return checked(schema, answer, method)
    } catch (thrown) {
      // An answer of another shape is no agent of ours.
      if (thrown instanceof OperatingError && thrown.code === 'agent-invalid') this.fail(thrown)
      throw thrown
    } finally {
      ;(timer as { stop(): void } | null)?.stop()
    }
  }

  /** Tells the agent; what a broken connection swallows is lost. */
  tell(method: string, params: object): void {
    void this.#peer.notify(method, params).catch(() => {})
  }

  /** Ends agent and connection at once; whoever waits hears this error. */
  fail(error: OperatingError): void {
    this.#peer.close(error)
    this.#transport.kill()
  }

  /** Closes the connection and waits until the agent has given back what it holds and is gone. */
  async close(): Promise<void> {
    this.#transport.end()
    const timer = startTimer(CLOSE_MS, () => this.#transport.kill())
    await this.#transport.ended
    timer.stop()
    this.#peer.close(lost('the connection was closed'))
  }
}

/** How the far side ended; a line that was cut may be heard of before that is known. */
async function endOf(transport: Transport): Promise<OperatingError> {
  let timer: { stop(): void } | null = null
  const late = new Promise<OperatingError>((resolve) => {
    timer = startTimer(1_000, () => resolve(lost('the connection was closed')))
  })
  const known = transport.ended.then(({ exitCode, signal }) => lost(endedBy(exitCode, signal)))
  const error = await Promise.race([known, late])
  ;(timer as { stop(): void } | null)?.stop()
  return error
}

const endedBy = (exitCode: number | null, signal: string | null): string =>
  exitCode === null
    ? `the agent was ended by ${signal ?? 'something unknown'}`
    : `the agent ended with ${exitCode}`
