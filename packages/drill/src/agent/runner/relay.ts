import { type EventOrigin, eventProblem, OperatingError, type RunEvent } from '@dr-drill/runbook-core'
import { checked, EVENTS } from '../protocol/messages.ts'

/** Appends events to the run's journal, with where they come from; returns as soon as asked to be durable, they are. */
export type AppendRelayed = (
  events: readonly RunEvent[],
  durable: boolean,
  origins: ReadonlyMap<RunEvent, EventOrigin>,
) => Promise<void>

/** What an executor may tell; all else is the engine's. */
const TOLD_BY_EXECUTORS: ReadonlySet<string> = new Set([
  'effect-intended',
  'effect-ended',
  'obligation-taken',
  'obligation-discharged',
  'evidence-collected',
])

interface Relayed {
  readonly events: readonly RunEvent[]
  readonly origins: ReadonlyMap<RunEvent, EventOrigin>
}

/**
 * Brings an agent's events into the journal, each once and in their order. Until it is told where the journal is, it keeps them.
 */
export class Relay {
  readonly #observe: (event: RunEvent) => void
  readonly #kept: Relayed[] = []
  #append: AppendRelayed | null = null
  #spool = ''
  #last = 0

  constructor(observe: (event: RunEvent) => void) {
    this.#observe = observe
  }

  /** An agent has taken a spool: its next event has the number after this one. @throws agent-invalid */
  attach(spool: string, after: number, acknowledged: number): void {
    if (after !== acknowledged) {
      const message = `the agent's spool goes on after event ${after}, the journal ends with ${acknowledged}`
      throw new OperatingError('agent-invalid', message)
    }
    this.#spool = spool
    this.#last = after
  }

  /** The spool, and the number of the last event that came from it. */
  get position(): EventOrigin {
    return { spool: this.#spool, seq: this.#last }
  }

  /** Events that wait for a journal. */
  get kept(): number {
    return this.#kept.length
  }

  /** From now on events go there; those that were kept go first, durably. */
  async journalTo(append: AppendRelayed): Promise<void> {
    this.#append = append
    const kept = this.#kept.splice(0)
    if (kept.length === 0) return
    const events = kept.flatMap((one) => one.events)
    await append(events, true, new Map(kept.flatMap((one) => [...one.origins])))
  }

  /**
   * Takes events as they came; answers the number up to which the journal has them durably, or null when it may not.
   * @throws agent-invalid for what is out of order or no event that an agent may tell, and what the journal throws
   */
  async receive(params: unknown): Promise<number | null> {
    const { first, durable, events } = checked(EVENTS, params, 'events')
    if (first !== this.#last + 1) {
      throw new OperatingError('agent-invalid', `event ${first} came after event ${this.#last}`)
    }
    const accepted = events.map(acceptedEvent)
    this.#last += events.length
    for (const event of accepted) this.#observe(event)
    const origins = new Map(
      accepted.map((event, index) => [event, { spool: this.#spool, seq: first + index }]),
    )
    if (this.#append === null) {
      this.#kept.push({ events: accepted, origins })
      return null
    }
    await this.#append(accepted, durable, origins)
    return durable ? this.#last : null
  }
}

function acceptedEvent(value: { readonly type: string }): RunEvent {
  if (!TOLD_BY_EXECUTORS.has(value.type)) {
    throw new OperatingError('agent-invalid', 'an agent told an event that is not its to tell')
  }
  const problem = eventProblem(value)
  if (problem !== null) throw new OperatingError('agent-invalid', `an event is malformed: ${problem}`)
  return value as unknown as RunEvent
}
