import { OperatingError, type RunEvent } from '@dr-drill/runbook-core'
import { z } from 'zod'
import { startTimer } from '../../ports/clock.ts'
import { type LogEntry, visible } from '../../ports/log.ts'
import type { AgentMachine } from '../machine.ts'
import { assertSameRelease } from '../protocol/hello.ts'
import * as messages from '../protocol/messages.ts'
import { lost } from '../protocol/peer.ts'
import { AgentConnection } from './agent-connection.ts'
import { type AppendRelayed, Relay } from './relay.ts'
import { ToldEvents } from './told-events.ts'

/** What a runner brings to a machine's agent. */
export interface AgentSession {
  readonly runId: string
  /** How this runner says hello; see `agentHello`. */
  readonly hello: messages.Hello
  /** By spool, the number of the last event that the run's journal has, durably; see `foldOrigins`. */
  readonly acknowledged: Readonly<Record<string, number>>
  readonly dryRun: boolean
  /** How far actions touch the real thing there. */
  readonly exercised: 'real' | 'sandbox'
  /** True: effects wait until this runner's journal has their intents, so that what watches the journal can strike in between. */
  readonly waitsForJournal: boolean
  readonly onLog: (entry: LogEntry) => void
}

/** From the start of the agent's process to its first answer. */
const START_MS = 60_000

/** What a machine can do, once it is open. */
export type OpenedHost = z.infer<typeof messages.OPENED>

/**
 * A run's hold on one machine: keeps a connection to its agent, makes a new one where that may be, and brings its events into the
 * journal. First `attach`, which also brings what an earlier agent of the run told and nobody heard; then `open`.
 */
export class AgentClient {
  readonly machine: AgentMachine
  readonly told = new ToldEvents()
  readonly #session: AgentSession
  readonly #relay: Relay
  #connection: AgentConnection | null = null
  #connecting: Promise<AgentConnection> | null = null
  #drillStart: (() => number) | null = null
  #append: AppendRelayed | null = null
  #closed: OperatingError | null = null

  constructor(machine: AgentMachine, session: AgentSession) {
    this.machine = machine
    this.#session = session
    this.#relay = new Relay((event: RunEvent) => this.told.observe(event))
  }

  /** Starts the agent and hears what is left in its spool. @throws agent-lost, agent-invalid, version-mismatch, target-busy */
  async attach(): Promise<void> {
    this.#connection = await this.#connect()
  }

  /** Events that were heard and are in no journal yet. */
  get unheard(): number {
    return this.#relay.kept
  }

  /** Sends events, those heard already first, to the journal. */
  async journalTo(append: AppendRelayed): Promise<void> {
    this.#append = append
    await this.#relay.journalTo(append)
    this.#acknowledge(this.#relay.position.seq)
  }

  /** Makes the machine's ports. `drillNow` is drill time, ms: where a clock that is made there begins. */
  async open(drillNow: () => number): Promise<OpenedHost> {
    const connection = this.#connection
    if (connection === null) throw new OperatingError('agent-invalid', 'the agent is not attached')
    this.#drillStart = drillNow
    return await this.#openHost(connection, drillNow())
  }

  /** Asks the agent, a new one where the last was lost and its machine's services live on. */
  async request<S extends z.ZodType>(
    method: string,
    params: object | (() => object),
    schema: S,
    onCancel?: (listener: () => void) => void,
  ): Promise<z.infer<S>> {
    const connection = await this.#connected()
    // What a new agent must know is looked up when it is there.
    return await connection.request(
      method,
      typeof params === 'function' ? params() : params,
      schema,
      onCancel,
    )
  }

  /** An entry for whoever follows the run. */
  log(entry: LogEntry): void {
    this.#session.onLog(entry)
  }

  /** Ends agent and connection. Twice is fine. */
  async close(): Promise<void> {
    this.#closed ??= lost(`the connection to ${this.machine.name} was closed`)
    const connection = await (this.#connecting?.catch(() => null) ?? this.#connection)
    this.#connection = null
    await connection?.close()
  }

  async #connected(): Promise<AgentConnection> {
    if (this.#closed !== null) throw this.#closed
    if (this.#connection !== null) return this.#connection
    this.#connecting ??= this.#reconnect().finally(() => {
      this.#connecting = null
    })
    return await this.#connecting
  }

  async #reconnect(): Promise<AgentConnection> {
    if (this.#drillStart === null || this.#append === null) throw lost(`${this.machine.name} was never open`)
    // An agent told that something is acknowledged may forget it: so it must be durable here.
    await this.#append([], true, new Map())
    const connection = await this.#connect()
    await this.#openHost(connection, this.#drillStart())
    this.#connection = connection
    return connection
  }

  async #connect(): Promise<AgentConnection> {
    const { machine } = this
    const transport = await machine.start()
    const connection: AgentConnection = new AgentConnection(transport, {
      onLine: (line) => this.#log('warn', line),
      notifications: {
        events: (params) => this.#hear(connection, params),
        log: (params) => {
          const entry = messages.checked(messages.LOG, params, 'log')
          this.#session.onLog(entry as LogEntry)
        },
      },
    })
    void connection.ended.then((error) => this.#onEnd(connection, error))
    const timer = startTimer(START_MS, () =>
      connection.fail(lost(`the agent of ${machine.name} does not answer`)),
    )
    try {
      await this.#greet(connection)
      return connection
    } catch (thrown) {
      connection.fail(lost(`the agent of ${machine.name} could not be used`))
      throw thrown
    } finally {
      timer.stop()
    }
  }

  async #greet(connection: AgentConnection): Promise<void> {
    const { hello, runId } = this.#session
    assertSameRelease(await connection.request('hello', hello, messages.HELLO), hello)
    const { spool, seq } = this.#relay.position
    const acknowledged = { ...this.#session.acknowledged, ...(spool === '' ? {} : { [spool]: seq }) }
    const { spoolDirectory } = this.machine
    const attached = await connection.request(
      'attach',
      { runId, spoolDirectory, acknowledged },
      messages.ATTACHED,
    )
    this.#relay.attach(attached.spool, attached.after, acknowledged[attached.spool] ?? 0)
    await connection.request('replay', {}, z.null())
  }

  async #openHost(connection: AgentConnection, drillStartMs: number): Promise<OpenedHost> {
    const { dryRun, exercised, waitsForJournal } = this.#session
    const { host } = this.machine
    const params = { host, dryRun, exercised, waitsForJournal, drillStartMs }
    return await connection.request('open', params, messages.OPENED)
  }

  async #hear(connection: AgentConnection, params: unknown): Promise<void> {
    const durableUpTo = await this.#relay.receive(params)
    if (durableUpTo !== null) connection.tell('acknowledge', { seq: durableUpTo })
  }

  #acknowledge(seq: number): void {
    this.#connection?.tell('acknowledge', { seq })
  }

  #onEnd(connection: AgentConnection, error: OperatingError): void {
    if (this.#connection === connection) this.#connection = null
    // What an agent that is none of ours did cannot be mended by another; nor can services that died with theirs.
    if (error.code !== 'agent-lost' || !this.machine.outlivesAgent) this.#closed ??= error
    if (this.#closed === error) this.#log('error', `${this.machine.name}: ${error.message}`)
  }

  #log(level: LogEntry['level'], message: string): void {
    this.log({ level, message: visible(message) })
  }
}
