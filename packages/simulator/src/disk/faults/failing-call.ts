import { type ErrorCode, OperatingError } from '@dr-drill/runbook-core'
import type { DiskFault, DiskOperation } from '../fault.ts'
import { MatchingCalls, type MatchingCallsOptions } from './matching-calls.ts'

/** Which calls fail, and how. */
export interface FailingCallOptions extends MatchingCallsOptions {
  readonly method: DiskOperation['method']
  /** Default `input-output`. */
  readonly code?: ErrorCode
}

/** A device that fails some calls before they do anything. What was cached stays cached: an fsync that failed may be tried again. */
export class FailingCall implements DiskFault {
  readonly kind = 'failing-call'
  readonly #options: FailingCallOptions
  readonly #calls: MatchingCalls

  constructor(options: FailingCallOptions, calls = new MatchingCalls([options.method], options)) {
    this.#options = options
    this.#calls = calls
  }

  /** How many calls have failed by it. */
  get fired(): number {
    return this.#calls.fired
  }

  meets(operation: DiskOperation): 'perform' {
    if (!this.#calls.meets(operation)) return 'perform'
    const { method, path } = operation
    const { code = 'input-output' } = this.#options
    throw new OperatingError(code, `the device failed to ${method} ${path}`, { subject: path })
  }

  fork(): FailingCall {
    return new FailingCall(this.#options, this.#calls.fork())
  }
}
