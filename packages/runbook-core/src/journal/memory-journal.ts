import type { PortHandler } from '../effects/index.ts'
import type { JournalContract } from '../engine/executor.ts'
import type { RunEvent } from './events.ts'

/** An event with its drill time, unsealed: all that a fold needs. */
export interface TimedEvent {
  readonly at: number
  readonly event: RunEvent
}

/**
 * A journal that stays objects: for drills by the thousand, which are sealed and written only when they are kept. `now` is drill
 * time in ms.
 */
export function memoryJournal(now: () => number): {
  readonly handlers: PortHandler<JournalContract>
  readonly events: readonly TimedEvent[]
} {
  const events: TimedEvent[] = []
  let startedAt: number | null = null
  return {
    events,
    handlers: {
      append: (input) => {
        startedAt ??= now()
        const at = now() - startedAt
        for (const event of input.events) events.push({ at, event })
      },
    },
  }
}
