/** A write that production's object store acknowledged. */
export interface StoredWrite {
  /** History time ms. */
  readonly at: number
  readonly key: string
  /** Immutable and shared by every drill. */
  readonly bytes: Uint8Array
}

/** A line of production's ledger: what was sent, acknowledged or failed, and when. */
export interface LedgerLine {
  readonly at: number
  readonly op: 'submitted' | 'acknowledged' | 'failed'
  readonly key: string
  /** Empty for `failed`. */
  readonly digest: string
  /** Null unless acknowledged. */
  readonly position: string | null
}

/**
 * A production that was lived once and is drilled many times: everything it wrote, in the order of time. A drill takes the prefix up to
 * its disaster. Immutable.
 */
export interface Production {
  readonly seed: number
  readonly assertions: number
  readonly bucket: string
  readonly history: string
  /** History time ms. */
  readonly startedAt: number
  /** The last instant at which a disaster may strike. */
  readonly endsAt: number
  readonly writes: readonly StoredWrite[]
  readonly ledger: readonly LedgerLine[]
  /** Ed25519 public key of its signer, hex, and the secret that only the world knows (forgers with the key are a fault). */
  readonly trustKey: string
  readonly signingKey: Uint8Array
}
