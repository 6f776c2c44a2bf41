import type { Task } from '../effects/index.ts'
import type { Position, SignatureStatus } from './backup-format.ts'

/** Where a history comes from: it holds its parent's records up to the fork, then its own. */
export interface Lineage {
  /** The history that it continues; null for a database's first. */
  readonly parentHistory: string | null
  /** Last position of the parent that it contains. Without a parent: the place before the first record. */
  readonly forkPosition: Position
}

/** A segment of the archive, as its key and sidecar describe it. */
export interface ArchivedSegment {
  readonly key: string
  /** Name it has in the engine's log directory. */
  readonly fileName: string
  readonly history: string
  /** Null when whoever archived it did not tell. */
  readonly lineage: Lineage | null
  readonly number: number
  readonly firstPosition: Position
  readonly lastPosition: Position
  readonly recordCount: number
  readonly sizeBytes: number
  readonly sha256: string
  /** SHA-256 of the segment before it in its history; null for a history's first. */
  readonly predecessorSha256: string | null
  /** History time ms of its first and last record. */
  readonly firstRecordAt: number
  readonly lastRecordAt: number
  readonly signature: SignatureStatus
}

/** A damaged stretch of a segment. */
export interface LogDamage {
  /** `torn-tail`: an unfinished end, nothing valid after it. `corrupt`: bytes that are not what was written. */
  readonly kind: 'torn-tail' | 'corrupt' | 'not-a-segment'
  readonly offset: number
  /** Last good position before it; null when there is none. */
  readonly after: Position | null
  readonly detail: string
}

/** What reading every byte of one segment found. */
export interface SegmentScan {
  readonly path: string
  readonly history: string | null
  /** Null when it is no segment. */
  readonly lineage: Lineage | null
  readonly number: number | null
  readonly firstPosition: Position | null
  readonly lastPosition: Position | null
  readonly recordCount: number
  readonly firstRecordAt: number | null
  readonly lastRecordAt: number | null
  /** Closed segments carry a footer; an open one is the newest of a live log. */
  readonly closed: boolean
  readonly damage: LogDamage | null
  readonly sizeBytes: number
  readonly sha256: string
}

/** How one database lays out its log. */
export interface LogFormat {
  /** Archived segments by history and number; unreadable sidecars are listed apart, never skipped silently. */
  list(input: {
    readonly store: string
    readonly trustKey: string | null
    /** Only segments that may hold positions after this one; null: all. */
    readonly after: Position | null
    /**
     * Drill time ms for which the store's silence is borne; then a sidecar that cannot be read while the store answers is refused like
     * a damaged one. Absent: every failure is thrown at once, and repeating is the caller's.
     */
    readonly patienceMs?: number
  }): Task<{ readonly segments: readonly ArchivedSegment[]; readonly refused: readonly RefusedSegment[] }>
  /**
   * One segment asked for by its name, whether a listing shows it or not; null when neither it nor its sidecar is there, or when the
   * store does not let names be tried.
   */
  describe(input: {
    readonly store: string
    readonly trustKey: string | null
    readonly history: string
    readonly number: number
    readonly patienceMs: number
  }): Task<ArchivedSegment | RefusedSegment | null>
  /** What a key of the archive (of a segment or of its sidecar) claims by its form alone; null when it has another form. */
  parseKey(key: string): {
    readonly history: string
    readonly number: number
    readonly fileName: string
    readonly segmentKey: string
  } | null
  /** The number in the name that a segment has in the engine's log directory; null when it is no segment's name. */
  numberOf(fileName: string): number | null
  /** Where the archive keeps a segment, and the name it has in the engine's log directory. */
  keyOf(input: { readonly history: string; readonly number: number }): {
    readonly fileName: string
    readonly segmentKey: string
  }
  /** Reads every byte of a segment on the target's disk, in constant memory. */
  scan(input: { readonly path: string }): Task<SegmentScan>
  /** Copies the records up to a bound into a new file; the original is untouched. */
  cut(input: { readonly from: string; readonly to: string; readonly bound: CutBound }): Task<SegmentScan>
  /** Order of two positions of one history. */
  compare(a: Position, b: Position): number
  /** The position that follows. */
  next(position: Position): Position
  /** Records between two positions, both included. */
  distance(first: Position, last: Position): number
}

/** Where a log is cut: after a position, or at an instant of history time, ms. */
export type CutBound =
  | { readonly kind: 'position'; readonly last: Position }
  | { readonly kind: 'time'; readonly at: number; readonly inclusive: boolean }

/** An archived segment that is not used, and why. */
export interface RefusedSegment {
  readonly key: string
  readonly reason:
    | 'sidecar-missing'
    | 'segment-missing'
    | 'sidecar-unreadable'
    | 'signature-invalid'
    | 'size-differs'
    | 'key-disagrees'
  readonly detail: string
  /**
   * What its sidecar says it is, when that one can be believed and only the segment's object is not that: an older version of the
   * object may still be.
   */
  readonly described?: ArchivedSegment
}
