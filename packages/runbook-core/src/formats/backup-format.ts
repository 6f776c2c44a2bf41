import type { Task } from '../effects/index.ts'
import type { Lineage } from './log-format.ts'

/** A position in a log: opaque here, ordered by `LogFormat.compare`. */
export type Position = string

/** One file of a backup, as its manifest declares it. */
export interface BackupFile {
  /** Relative to the backup, with `/`; already checked against traversal. */
  readonly path: string
  /** Object key relative to the store's prefix. */
  readonly key: string
  /** `log` files are segments; `data` is the engine's own; `metadata` describes the backup. */
  readonly role: 'log' | 'data' | 'metadata'
  readonly sizeBytes: number
  readonly sha256: string
}

/** How an authenticity check ended. `unchecked`: no trust key was supplied. */
export type SignatureStatus = 'valid' | 'invalid' | 'absent' | 'unchecked'

/** A backup as found in a store, before anything of it is believed. */
export interface BackupCandidate {
  /** Its directory's name. */
  readonly name: string
  /** Time its name claims, ms; null when the name does not parse. */
  readonly namedAt: number | null
}

/** What a complete, readable manifest says. */
export interface BackupDescription {
  readonly name: string
  readonly history: string
  /** Where that history comes from; null when whoever made the backup did not tell. */
  readonly lineage: Lineage | null
  readonly engineVersion: string
  readonly formatVersion: number
  /**
   * The data files hold everything up to `startPosition`: the log must be replayed from the position after it, and a log that begins
   * earlier does no harm. With its log the backup holds everything up to `stopPosition`.
   */
  readonly startPosition: Position
  readonly stopPosition: Position
  readonly startedAt: number
  readonly stoppedAt: number
  readonly recordCount: number
  readonly totalBytes: number
  readonly files: readonly BackupFile[]
  readonly signature: SignatureStatus
}

/** One refusal: a stable reason and a sentence for the operator. */
export interface Refusal {
  readonly reason:
    | 'incomplete'
    | 'unreadable'
    | 'name-disagrees'
    | 'signature-invalid'
    | 'signature-absent'
    | 'object-missing'
    | 'object-size-differs'
    | 'object-corrupt'
    | 'log-missing'
    | 'version-unsupported'
    | 'history-unknown'
  readonly detail: string
}

/** A candidate that can be restored, or why not. */
export type Described =
  | { readonly kind: 'usable'; readonly description: BackupDescription }
  | {
      readonly kind: 'refused'
      readonly candidate: BackupCandidate
      readonly refusal: Refusal
      /** What its manifest says, when that one can be believed: its log files may be good copies all the same. */
      readonly description?: BackupDescription
    }

/** How one database lays out its backups. Reads only. */
export interface BackupFormat {
  /** Everything that looks like a backup, newest first by name. */
  list(input: { readonly store: string }): Task<readonly BackupCandidate[]>
  /**
   * Reads and checks a candidate's manifest, its name, its signature, and that its objects are there in full size. Log objects are left
   * to whoever fetches them: the archive may hold another copy of each.
   */
  describe(input: {
    readonly store: string
    readonly candidate: BackupCandidate
    /** Raw Ed25519 public key, hex; null leaves authenticity unchecked. */
    readonly trustKey: string | null
  }): Task<Described>
  /** Checks that files as placed below `root` are those of the description: sizes, SHA-256, the format's own checksums. */
  verify(input: {
    readonly description: BackupDescription
    readonly root: string
  }): Task<readonly FileProblem[]>
}

/** A file that is not what its manifest says. */
export interface FileProblem {
  readonly path: string
  readonly problem: 'missing' | 'size-differs' | 'digest-differs' | 'structure-invalid'
  readonly detail: string
}
