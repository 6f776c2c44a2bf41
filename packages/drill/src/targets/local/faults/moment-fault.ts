import type { FaultRecord, RunEvent } from '@dr-drill/runbook-core'

/** A fault that strikes at a moment of the run, told by its journal. */
export interface MomentFault {
  readonly fault: FaultRecord
  /** Sees each event before it is written; answers what to do now, or null. */
  onEvent(event: RunEvent): Strike | null
  /** Lets go of what it holds (timers); the steps have ended. */
  end(): void
}

/** What to do at the moment that has come. */
export interface Strike {
  /** Whether the event is written, durably, before it is done; `instead`: the event is never written. */
  readonly order: 'before-event' | 'after-event' | 'instead'
  /** Does it and tells what it did; null: it could not strike, or it tells itself later. */
  readonly act: () => Promise<string | null>
  /** Told before it is done, since afterwards nobody can. */
  readonly foretold?: string
}
