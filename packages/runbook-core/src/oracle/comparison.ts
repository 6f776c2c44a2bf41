/** Keys shown of each kind of difference: enough to look at, however many there are. */
export const EXAMPLES_MAX = 5

/** A record by key, with what the ledger says of its acknowledgement. */
export interface LedgerPoint {
  readonly key: string
  readonly position: string
  /** History time, ms. */
  readonly at: number
}

/** What the two streams say when they are laid side by side; nothing else is consulted. */
export interface Comparison {
  /** Records that the database acknowledged. `acknowledged = recovered + lost + alteredAcknowledged`. */
  readonly acknowledged: number
  /** Acknowledged records that came back, every copy with the acknowledged content. */
  readonly recovered: number
  /** Acknowledged records that did not come back. */
  readonly lost: number
  /** Records, acknowledged or only submitted, of which a copy came back with a content that nobody wrote. */
  readonly altered: number
  readonly alteredAcknowledged: number
  /** Copies beyond the first of each key. */
  readonly duplicated: number
  /** Records that came back though nobody submitted them, or though the database refused them for certain. */
  readonly unexpected: number
  /** Submitted, never acknowledged, and there: allowed. */
  readonly submittedOnlyReturned: number
  /** Submitted, never acknowledged, and not there: allowed. */
  readonly submittedOnlyAbsent: number
  /** True when no record that came back was acknowledged behind one that is lost; true without loss. */
  readonly lostIsTail: boolean
  /** The earliest acknowledgement of a record that did not come back whole; null when all did. */
  readonly oldestMissing: LedgerPoint | null
  /** By position, the first lost record and the last acknowledged one that came back. */
  readonly firstLost: LedgerPoint | null
  readonly lastReturned: LedgerPoint | null
  /** History time (ms) of the newest record that came back before the oldest missing one: all up to it are there. */
  readonly recoveryPointAt: number | null
  /** Newest acknowledgement of the ledger, history time, ms. */
  readonly newestAcknowledgedAt: number | null
  readonly examples: {
    readonly lost: readonly string[]
    readonly altered: readonly string[]
    readonly duplicated: readonly string[]
    readonly unexpected: readonly string[]
  }
}
