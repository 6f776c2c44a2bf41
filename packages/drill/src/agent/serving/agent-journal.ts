import type { JournalContract, PortHandler, RunEvent } from '@dr-drill/runbook-core'
import type { Peer } from '../protocol/peer.ts'
import type { Spool } from '../spool/spool.ts'
import type { SpooledEvent } from '../spool/spool-file.ts'

/**
 * The port Journal on an agent: events are spooled on this machine and told to the runner, which alone chains them. A durable append
 * returns after the spool's fsync; with `waitsForJournal` only when the runner's journal has it, too, unless the runner is gone.
 */
export class AgentJournal {
  readonly #spool: Spool
  readonly #peer: Peer
  readonly #waitsForJournal: boolean
  #acknowledged = 0
  #isOver = false
  #waiting: { readonly seq: number; readonly wake: () => void }[] = []

  constructor(spool: Spool, peer: Peer, waitsForJournal: boolean) {
    this.#spool = spool
    this.#peer = peer
    this.#waitsForJournal = waitsForJournal
    void peer.ended.then(() => {
      this.#isOver = true
      this.#wake()
    })
  }

  readonly handlers: PortHandler<JournalContract> = {
    append: ({ events, durable }) => this.#append(events, durable),
  }

  /** The runner's journal has all events up to this number. */
  acknowledge(seq: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, seq)
    this.#wake()
  }

  async #append(events: readonly RunEvent[], durable: boolean): Promise<void> {
    let last = 0
    await this.#spool.append(events, durable, (spooled) => {
      last = spooled.at(-1)?.seq ?? 0
      return tellEvents(this.#peer, spooled)
    })
    if (durable && this.#waitsForJournal) await this.#acknowledgedUpTo(last)
  }

  #acknowledgedUpTo(seq: number): Promise<void> {
    return new Promise((wake) => {
      this.#waiting.push({ seq, wake })
      this.#wake()
    })
  }

  #wake(): void {
    const due = this.#waiting.filter(({ seq }) => this.#isOver || seq <= this.#acknowledged)
    if (due.length === 0) return
    this.#waiting = this.#waiting.filter((one) => !due.includes(one))
    for (const { wake } of due) wake()
  }
}

/** Tells events that follow one another. Those that a broken connection swallows are told again by the next. */
export async function tellEvents(peer: Peer, spooled: readonly SpooledEvent[]): Promise<void> {
  const [first] = spooled
  if (first === undefined) return
  const events = spooled.map(({ event }) => event)
  const durable = spooled.some((one) => one.durable)
  await peer.notify('events', { first: first.seq, durable, events }).catch(() => {})
}
