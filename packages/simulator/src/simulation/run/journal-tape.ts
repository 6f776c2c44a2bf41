import {
  type CallContext,
  type JournalContract,
  type PortHandler,
  RecordFold,
  type RunEvent,
  type RunOutcome,
  type RunRecord,
  type TimedEvent,
} from '@dr-drill/runbook-core'
import type { Moments } from '../../faults/moment.ts'
import type { RandomStream } from '../../kernel/index.ts'

/**
 * The journal of a simulated run: objects, in the order in which they were written. It knows how far it was durable, so that a
 * process may die and leave no more than that; what the world itself notes in it (a fault that fired) is never lost. Moments of the
 * run are told from here, at the same places of the journal at which a real run lets faults strike.
 */
export class JournalTape {
  #events: TimedEvent[] = []
  /** Entries up to here are on the disk. */
  #durable = 0
  #startedAt: number | null = null
  /** Noted before the run began, or by a process that had died since. */
  #notes: RunEvent[] = []
  /** All entries up to `#folded`. */
  #fold = new RecordFold()
  #folded = 0
  /** Hears of each step that has succeeded, once that is written. */
  onSucceeded: ((step: string) => void) | null = null
  readonly #now: () => number
  readonly #moments: Moments

  /** `now` is the world's drill time; the tape's own begins with its first entry. */
  constructor(now: () => number, moments: Moments) {
    this.#now = now
    this.#moments = moments
  }

  get events(): readonly TimedEvent[] {
    return this.#events
  }

  /** The port Journal of one process; `isAlive` tells whether a moment has killed it. */
  handlers(isAlive: () => boolean): PortHandler<JournalContract> {
    return {
      append: ({ events, durable }, _context: CallContext) => {
        for (const event of events) {
          if (!isAlive()) return
          this.#append(event, isAlive)
        }
        if (durable && isAlive()) this.#durable = this.#events.length
      },
    }
  }

  /** What the world notes beside the run. Never lost. */
  note(event: RunEvent): void {
    if (this.#events.length === 0) this.#notes.push(event)
    else this.#write(event)
  }

  /** Evidence and the like, once no process writes any more. */
  add(events: readonly RunEvent[]): void {
    for (const event of events) this.#write(event)
    this.#durable = this.#events.length
  }

  /**
   * The process is gone: of what was appended and not yet durable a drawn part is lost, the newest first, less what the world noted.
   * Tells how many entries are gone.
   */
  loseUnwritten(random: RandomStream): number {
    const kept = random.integer(this.#durable, this.#events.length)
    const lost = this.#events.slice(kept)
    this.#events = this.#events.slice(0, kept)
    this.#fold = new RecordFold()
    this.#folded = 0
    const notes = lost.filter(({ event }) => event.type === 'fault-fired')
    if (this.#events.length === 0) this.#notes = [...notes.map(({ event }) => event), ...this.#notes]
    else this.#events.push(...notes)
    this.#durable = this.#events.length
    return lost.length - notes.length
  }

  /** How the run has ended, last of all; null while it has not. */
  get outcome(): RunOutcome | null {
    for (const { event } of this.#events.toReversed()) {
      if (event.type === 'run-ended') return event.outcome
      if (event.type === 'run-resumed') return null
    }
    return null
  }

  /** The record that verdict and evidence rest on. */
  record(): RunRecord {
    for (; this.#folded < this.#events.length; this.#folded += 1) {
      const { at, event } = this.#events[this.#folded] as TimedEvent
      this.#fold.add({ seq: this.#folded, at, event })
    }
    return this.#fold.record()
  }

  /** Moments come in the order of a real run's journal: see `Moment`. */
  #append(event: RunEvent, isAlive: () => boolean): void {
    const moments = this.#moments
    if (moments.isEmpty) {
      this.#write(event)
      return
    }
    if (event.type === 'step-succeeded') moments.happened({ at: 'step-ends', step: event.step })
    if (event.type === 'effect-ended') {
      moments.happened({ at: 'effect', step: event.step, ordinal: event.ordinal, side: 'after' })
    }
    if (!isAlive()) return
    this.#write(event)
    if (event.type === 'effect-intended') {
      this.#durable = this.#events.length
      moments.happened({ at: 'effect', step: event.step, ordinal: event.ordinal, side: 'before' })
    } else if (event.type === 'step-started') {
      moments.happened({ at: 'step-begins', step: event.step })
    }
  }

  #write(event: RunEvent): void {
    this.#startedAt ??= this.#now()
    const at = this.#now() - this.#startedAt
    this.#events.push({ at, event })
    if (event.type === 'step-succeeded') this.onSucceeded?.(event.step)
    if (event.type !== 'run-started') return
    const notes = this.#notes
    this.#notes = []
    for (const note of notes) this.#events.push({ at, event: note })
  }
}
