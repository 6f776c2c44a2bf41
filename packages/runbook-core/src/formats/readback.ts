import type { Task } from '../effects/index.ts'

/** One record of a restored database: its writer's key and the digest of its content. */
export interface ReadbackRecord {
  readonly key: string
  readonly digest: string
}

/** Reads a restored database back in pages, so that memory stays constant. */
export interface Readback {
  /** The next page and the cursor after it; a null cursor ends it. */
  page(input: {
    readonly endpoint: string
    readonly cursor: string | null
    readonly timeoutMs: number
  }): Task<{
    readonly records: readonly ReadbackRecord[]
    readonly cursor: string | null
  }>
  /** Order in which records come. */
  readonly order: 'key' | 'none'
}
