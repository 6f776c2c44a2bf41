import type { IndexedLedger } from '@dr-drill/runbook-core'
import type { SimulatedDisk } from '../disk/index.ts'
import type { BucketContent, MemoryVersion } from '../store/index.ts'

/** A line of production's ledger: what was sent, acknowledged or failed, and when. */
export interface LedgerLine {
  /** History time ms at which it was written. */
  readonly at: number
  readonly op: 'submitted' | 'acknowledged' | 'failed'
  readonly key: string
  /** Empty for `failed`. */
  readonly digest: string
  /** Null unless acknowledged. */
  readonly position: string | null
}

/** One run of what a timer starts. */
export interface OperationRun {
  readonly service: string
  /** History time ms. */
  readonly startedAt: number
  /** History time ms; null when production ended before it. */
  readonly endedAt: number | null
}

/** What had become of a production at one instant. */
export interface ProductionCut {
  /** History time ms. */
  readonly at: number
  /** What the object store held: a fork of the reader's own. */
  source(): BucketContent
  /** Lines of the ledger up to then. */
  readonly lines: number
  /** The ledger as a file of contracts.md, `at` its failure. */
  ledgerFile(): Uint8Array
  /** The disk that production's engine ran on, as its running system saw it, unsynced writes included: of the reader's own. */
  primaryDisk(): SimulatedDisk
}

/**
 * A production that was lived once and is drilled many times: everything it wrote, in the order of time. A drill takes what there was
 * up to its disaster. Immutable.
 */
export interface Production {
  readonly seed: number
  readonly assertions: number
  readonly bucket: string
  readonly history: string
  readonly engineVersion: string
  /** History time ms. */
  readonly startedAt: number
  /** The last instant at which a disaster may strike. */
  readonly endsAt: number
  /** What its object store acknowledged, in order of `writtenAt`; blobs are shared by every drill. */
  readonly writes: readonly MemoryVersion[]
  readonly ledger: readonly LedgerLine[]
  /** The ledger as the oracle compares it in memory; of a cut, its first `lines` lines. */
  readonly oracleLedger: IndexedLedger
  readonly runs: readonly OperationRun[]
  /** Ed25519 public key of its signer, hex, and the secret that only the world knows (forgers with the key are a fault). */
  readonly trustKey: string
  readonly signingKey: Uint8Array
  /** What there was at an instant between its start and its end. Remembered: drills of like cuts share what they do not change. */
  cutAt(at: number): ProductionCut
}
