import type { DiskFault, DiskOperation } from '../fault.ts'

/** A device that reports an fsync as done and does nothing: what it was to make durable is still lost with the power. */
export class LyingSync implements DiskFault {
  readonly kind = 'lying-sync'
  readonly #path: string | null
  #fired: number

  /** Lies about one path (a file or a directory), or about all when null. */
  constructor(path: string | null = null, fired = 0) {
    this.#path = path
    this.#fired = fired
  }

  /** How many fsyncs it has lied about. */
  get fired(): number {
    return this.#fired
  }

  meets({ method, path }: DiskOperation): 'perform' | 'pretend' {
    const isSync = method === 'sync' || method === 'syncDirectory'
    if (!isSync || (this.#path !== null && this.#path !== path)) return 'perform'
    this.#fired += 1
    return 'pretend'
  }

  fork(): LyingSync {
    return new LyingSync(this.#path, this.#fired)
  }
}
