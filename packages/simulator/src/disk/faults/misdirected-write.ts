import type { DiskFault, DiskOperation, Misdirection } from '../fault.ts'
import { MatchingCalls, type MatchingCallsOptions } from './matching-calls.ts'

/** A device that puts some writes in another place: what lay there is overwritten, and where they belong the old bytes stay. */
export class MisdirectedWrite implements DiskFault {
  readonly kind = 'misdirected-write'
  readonly #to: Misdirection
  readonly #calls: MatchingCalls

  constructor(to: Misdirection, calls: MatchingCallsOptions | MatchingCalls = {}) {
    this.#to = to
    this.#calls = calls instanceof MatchingCalls ? calls : new MatchingCalls(['write'], calls)
  }

  /** How many writes went astray. */
  get fired(): number {
    return this.#calls.fired
  }

  meets(operation: DiskOperation): 'perform' | Misdirection {
    return this.#calls.meets(operation) ? this.#to : 'perform'
  }

  fork(): MisdirectedWrite {
    return new MisdirectedWrite(this.#to, this.#calls.fork())
  }
}
