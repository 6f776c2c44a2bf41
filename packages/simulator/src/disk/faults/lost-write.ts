import type { DiskFault, DiskOperation } from '../fault.ts'
import { MatchingCalls, type MatchingCallsOptions } from './matching-calls.ts'

/** A device that acknowledges some writes and leaves on the medium what was there: zeros where a file grew. */
export class LostWrite implements DiskFault {
  readonly kind = 'lost-write'
  readonly #calls: MatchingCalls

  constructor(calls: MatchingCallsOptions | MatchingCalls = {}) {
    this.#calls = calls instanceof MatchingCalls ? calls : new MatchingCalls(['write'], calls)
  }

  /** How many writes were lost. */
  get fired(): number {
    return this.#calls.fired
  }

  meets(operation: DiskOperation): 'perform' | 'lose' {
    return this.#calls.meets(operation) ? 'lose' : 'perform'
  }

  fork(): LostWrite {
    return new LostWrite(this.#calls.fork())
  }
}
