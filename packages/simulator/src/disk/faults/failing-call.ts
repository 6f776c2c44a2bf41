import { type ErrorCode, OperatingError } from '@dr-drill/runbook-core'
import type { DiskFault, DiskOperation } from '../fault.ts'

/** Which calls fail, and how. */
export interface FailingCallOptions {
  readonly method: DiskOperation['method']
  /** Only calls on this path; default: on any. */
  readonly path?: string
  /** How many matching calls succeed first; default 0. */
  readonly after?: number
  /** How many fail then; default 1. Use Infinity for a device that is dead. */
  readonly times?: number
  /** Default `input-output`. */
  readonly code?: ErrorCode
}

/** A device that fails some calls before they do anything. What was cached stays cached: an fsync that failed may be tried again. */
export class FailingCall implements DiskFault {
  readonly kind = 'failing-call'
  readonly #options: FailingCallOptions
  #met: number

  constructor(options: FailingCallOptions, met = 0) {
    this.#options = options
    this.#met = met
  }

  /** How many calls have failed by it. */
  get fired(): number {
    const { after = 0, times = 1 } = this.#options
    return Math.max(0, Math.min(times, this.#met - after))
  }

  meets(operation: DiskOperation): 'perform' {
    const { method, path = operation.path, after = 0, times = 1, code = 'input-output' } = this.#options
    if (operation.method !== method || operation.path !== path) return 'perform'
    this.#met += 1
    if (this.#met <= after || this.#met > after + times) return 'perform'
    throw new OperatingError(code, `the device failed to ${method} ${path}`, { subject: path })
  }

  fork(): FailingCall {
    return new FailingCall(this.#options, this.#met)
  }
}
