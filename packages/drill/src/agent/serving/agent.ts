import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import {
  type ActionRegistry,
  Alerts,
  asyncRuntime,
  Clock,
  Commands,
  Dns,
  type Environment,
  type ExecutorContract,
  type Exit,
  environment,
  exitOf,
  type Fiber,
  FileSystem,
  Host,
  Http,
  Log,
  Notifier,
  ObjectStore,
  OperatingError,
  type PortHandler,
  Random,
  type Runtime,
  type RuntimeHooks,
  Services,
  Signer,
  type Task,
  Traffic,
} from '@dr-drill/runbook-core'
import { startTimer } from '../../ports/clock.ts'
import type { LogEntry } from '../../ports/log.ts'
import { GroupRegister } from '../../ports/processes/group-register.ts'
import { executorHere } from '../../targets/executor-here.ts'
import type { RunLock } from '../../targets/local/run-lock.ts'
import type { AgentHost, HostContext } from '../hosts/agent-host.ts'
import type { HostDescription } from '../hosts/host-description.ts'
import { checkedHost } from '../hosts/host-schema.ts'
import { assertSameRelease } from '../protocol/hello.ts'
import * as messages from '../protocol/messages.ts'
import { type AnswerRequest, Peer } from '../protocol/peer.ts'
import { Spool } from '../spool/spool.ts'
import { AgentJournal, tellEvents } from './agent-journal.ts'
import { readCall } from './read-call.ts'
import { takeSpoolLock } from './spool-lock.ts'

const { checked } = messages

/** What an agent is made of. */
export interface AgentOptions {
  readonly input: Readable
  readonly output: Writable
  readonly identity: messages.Hello
  readonly registry: ActionRegistry
  readonly openHost: (description: HostDescription, context: HostContext) => Promise<AgentHost>
  /** How long another agent's lock on the spool is waited for. */
  readonly lockPatienceMs?: number
  /** Sees every effect of every action. */
  readonly hooks?: RuntimeHooks
}

/** Actions under way get this long to give back what they hold when the connection has ended. */
const GIVE_BACK_MS = 5_000

const NOWHERE = environment({})

/** Ports that a host may offer. */
const PORTS = [
  ...[Alerts, Clock, Commands, Dns, FileSystem, Host, Http, Log],
  ...[Notifier, ObjectStore, Random, Services, Signer, Traffic],
]

/** Serves one runner and returns when its connection has ended and nothing of the agent is left but its files. */
export async function serveAgent(options: AgentOptions): Promise<void> {
  await new Agent(options).serve()
}

/** What stands once a host is open. */
interface OpenHost {
  readonly host: AgentHost
  readonly executor: PortHandler<ExecutorContract>
}

class Agent {
  readonly #options: AgentOptions
  readonly #peer: Peer
  readonly #runtime: Runtime
  readonly #fibers = new Set<Fiber<unknown>>()
  #greeted = false
  #lock: RunLock | null = null
  #spool: Spool | null = null
  #groups: GroupRegister | null = null
  #journal: AgentJournal | null = null
  #open: OpenHost | null = null
  /** What is being made when the connection ends is waited for, and closed. */
  #making: Promise<unknown> = Promise.resolve()

  constructor(options: AgentOptions) {
    this.#options = options
    this.#runtime = asyncRuntime(options.hooks)
    this.#peer = new Peer({
      input: options.input,
      output: options.output,
      requests: this.#requests(),
      notifications: {
        acknowledge: (params) => {
          const { seq } = checked(messages.ACKNOWLEDGE, params, 'acknowledge')
          this.#journal?.acknowledge(seq)
        },
      },
    })
  }

  async serve(): Promise<void> {
    await this.#peer.ended
    await this.#making.catch(() => {})
    for (const fiber of this.#fibers) fiber.interrupt()
    await within(GIVE_BACK_MS, Promise.all([...this.#fibers].map(exitOf)))
    await this.#open?.host.close()
    await within(GIVE_BACK_MS, this.#spool?.close() ?? Promise.resolve())
    this.#lock?.release()
  }

  #requests(): Readonly<Record<string, AnswerRequest>> {
    const opened = (): OpenHost => {
      if (this.#open === null) throw new OperatingError('agent-invalid', 'no host is open yet')
      return this.#open
    }
    return {
      hello: async (params) => {
        assertSameRelease(checked(messages.HELLO, params, 'hello'), this.#options.identity)
        this.#greeted = true
        return this.#options.identity
      },
      attach: (params) => (this.#making = this.#attach(checked(messages.ATTACH, params, 'attach'))),
      replay: () => this.#replay(),
      open: (params) => (this.#making = this.#openHost(checked(messages.OPEN, params, 'open'))),
      perform: (params, onCancel) => {
        const input = checked(messages.PERFORM, params, 'perform')
        return this.#run(opened().executor.perform(input, NO_CANCEL) as Task<unknown>, onCancel)
      },
      undo: (params, onCancel) => {
        const input = checked(messages.UNDO, params, 'undo')
        return this.#run(opened().executor.undo(input, NO_CANCEL) as Task<unknown>, onCancel)
      },
      release: (params, onCancel) => {
        const { runId, obligations } = checked(messages.RELEASE, params, 'release')
        const { executor } = opened()
        executor.held({ known: obligations }, NO_CANCEL)
        const ids = obligations.map(({ obligation }) => obligation.id)
        return this.#run(executor.release({ runId, ids }, NO_CANCEL) as Task<unknown>, onCancel)
      },
      survey: (params, onCancel) => {
        const input = checked(messages.SURVEY, params, 'survey')
        return this.#run(opened().executor.survey(input, NO_CANCEL) as unknown as Task<unknown>, onCancel)
      },
      call: (params, onCancel) => {
        const input = checked(messages.CALL, params, 'call')
        return this.#run(readCall(input), onCancel, opened().host.environment)
      },
      facts: () => opened().host.facts(),
      revive: () => opened().host.revive(),
      endProcesses: () => opened().host.endProcesses(),
    }
  }

  async #attach(input: typeof messages.ATTACH._output): Promise<typeof messages.ATTACHED._output> {
    if (!this.#greeted || this.#lock !== null)
      throw new OperatingError('agent-invalid', 'attach is out of turn')
    this.#lock = await takeSpoolLock(input.spoolDirectory, this.#options.lockPatienceMs)
    this.#groups = new GroupRegister(join(input.spoolDirectory, 'groups'))
    this.#groups.sweep()
    this.#spool = await Spool.open(input.spoolDirectory, input.runId, input.acknowledged)
    return { spool: this.#spool.id, after: this.#spool.after }
  }

  async #replay(): Promise<void> {
    if (this.#spool === null || this.#open !== null) {
      throw new OperatingError('agent-invalid', 'replay is out of turn')
    }
    for (const spooled of this.#spool.unacknowledged) await tellEvents(this.#peer, [spooled])
  }

  async #openHost(input: typeof messages.OPEN._output): Promise<typeof messages.OPENED._output> {
    const [spool, groups] = [this.#spool, this.#groups]
    if (spool === null || groups === null || this.#open !== null) {
      throw new OperatingError('agent-invalid', 'open is out of turn')
    }
    const { registry, openHost } = this.#options
    const journal = new AgentJournal(spool, this.#peer, input.waitsForJournal)
    const onLog = (entry: LogEntry): void => void this.#peer.notify('log', entry).catch(() => {})
    const { drillStartMs, dryRun } = input
    const host = await openHost(checkedHost(input.host), { drillStartMs, onLog, groups })
    const executor = executorHere(host, input.exercised, { registry, journal: journal.handlers, dryRun })
    this.#journal = journal
    this.#open = { host, executor }
    return {
      capabilities: [...host.capabilities].sort(),
      recorders: [...host.recorders].sort(),
      ports: PORTS.map(({ $id }) => $id).filter((port) => host.environment.offers(port)),
    }
  }

  /** Runs a task in a fiber of its own, interrupted when the request is given up or the connection ends. */
  async #run(
    task: Task<unknown>,
    onCancel: (listener: () => void) => void,
    world: Environment = NOWHERE,
  ): Promise<unknown> {
    const fiber = this.#runtime.start(task, world)
    this.#fibers.add(fiber)
    onCancel(() => fiber.interrupt())
    try {
      return answerOf(await exitOf(fiber))
    } finally {
      this.#fibers.delete(fiber)
    }
  }
}

/** A task hears of its cancellation by the interrupt of its fiber. */
const NO_CANCEL = { onCancel() {} }

function answerOf(exit: Exit<unknown>): unknown {
  if (exit.kind === 'success') return exit.value
  if (exit.kind === 'failure') throw exit.error
  throw new OperatingError('cancelled', 'the request was given up')
}

/** Waits for a promise, but no longer. */
async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: { stop(): void } | null = null
  const late = new Promise<void>((resolve) => {
    timer = startTimer(ms, resolve)
  })
  await Promise.race([promise.catch(() => {}), late])
  ;(timer as { stop(): void } | null)?.stop()
}
