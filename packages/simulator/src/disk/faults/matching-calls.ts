import type { DiskOperation } from '../fault.ts'

/** Which calls a fault meets. */
export interface MatchingCallsOptions {
  /** Only calls on this path; default: on any. */
  readonly path?: string
  /** Only calls on paths below this directory; default: anywhere. */
  readonly below?: string
  /** How many matching calls pass first; default 0. */
  readonly after?: number
  /** How many are met then; default 1. Use Infinity for all. */
  readonly times?: number
}

/** Counts calls and says which of them a fault meets. */
export class MatchingCalls {
  readonly #methods: readonly DiskOperation['method'][]
  readonly #options: MatchingCallsOptions
  #seen: number

  constructor(methods: readonly DiskOperation['method'][], options: MatchingCallsOptions, seen = 0) {
    this.#methods = methods
    this.#options = options
    this.#seen = seen
  }

  /** How many calls were met. */
  get fired(): number {
    const { after = 0, times = 1 } = this.#options
    return Math.max(0, Math.min(times, this.#seen - after))
  }

  meets({ method, path }: DiskOperation): boolean {
    const { path: only = path, below, after = 0, times = 1 } = this.#options
    if (path !== only || !this.#methods.includes(method)) return false
    if (below !== undefined && !path.startsWith(`${below}/`)) return false
    this.#seen += 1
    return this.#seen > after && this.#seen <= after + times
  }

  fork(): MatchingCalls {
    return new MatchingCalls(this.#methods, this.#options, this.#seen)
  }
}
