import type { DiskFault, DiskOperation } from '../fault.ts'
import { MatchingCalls, type MatchingCallsOptions } from './matching-calls.ts'

/**
 * An fsync that fails, after which the kernel holds the pages for clean: they can still be read, the next fsync succeeds and writes
 * nothing of them, and the power takes them. Only what is written anew becomes durable.
 */
export class FailedSync implements DiskFault {
  readonly kind = 'failed-sync'
  readonly #calls: MatchingCalls

  constructor(calls: MatchingCallsOptions | MatchingCalls = {}) {
    this.#calls = calls instanceof MatchingCalls ? calls : new MatchingCalls(['sync'], calls)
  }

  /** How many fsyncs failed. */
  get fired(): number {
    return this.#calls.fired
  }

  meets(operation: DiskOperation): 'perform' | 'drop' {
    return this.#calls.meets(operation) ? 'drop' : 'perform'
  }

  fork(): FailedSync {
    return new FailedSync(this.#calls.fork())
  }
}
