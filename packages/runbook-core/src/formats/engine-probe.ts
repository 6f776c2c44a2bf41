import type { Task } from '../effects/index.ts'
import type { Position } from './backup-format.ts'
import type { ReadbackRecord } from './readback.ts'

/** What a running database says of itself; believed only as far as something else confirms it. */
export interface EngineHealth {
  readonly healthy: boolean
  readonly recordCount: number
  /** Token the process was started with; null when it has none. */
  readonly instance: string | null
  readonly history: string | null
  readonly uptimeMs: number
}

/** Talks to one database over named endpoints (Http port). Every method fails typed on an answer of another shape. */
export interface EngineProbe {
  health(input: { readonly endpoint: string; readonly timeoutMs: number }): Task<EngineHealth>
  /** Reads one record by the position at which the log holds it; null when the database does not have it. */
  recordAt(input: {
    readonly endpoint: string
    readonly position: Position
    readonly timeoutMs: number
  }): Task<ReadbackRecord | null>
  /** A query that must be answered even when nothing matches. */
  query(input: {
    readonly endpoint: string
    readonly subject: string
    readonly timeoutMs: number
  }): Task<void>
  /** Writes one record under the writer's key; the same key twice is one record. */
  write(input: { readonly endpoint: string; readonly key: string; readonly timeoutMs: number }): Task<{
    readonly key: string
    readonly position: Position
  }>
  /** Names of the metrics that the database exports now. */
  metrics(input: { readonly endpoint: string; readonly timeoutMs: number }): Task<readonly string[]>
  /** Log lines that a start prints, in order; `$` stands for digits, `*` for anything. */
  readonly startupLines: readonly string[]
}

/** Reads records out of placed files, without the database: what a check compares the database with. */
export interface RecordReader {
  /** The records of a segment at the wanted positions, in order. */
  recordsAt(input: {
    readonly path: string
    readonly positions: readonly Position[]
  }): Task<readonly { readonly position: Position; readonly record: ReadbackRecord }[]>
}
