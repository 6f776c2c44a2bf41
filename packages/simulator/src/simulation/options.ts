import type {
  ActionRegistry,
  Checksums,
  DatabasePack,
  FaultRecord,
  JudgedPlan,
  JudgedRun,
  QualifiedRunbook,
  RunEvent,
} from '@dr-drill/runbook-core'
import type { SimulatedDisk } from '../disk/index.ts'
import type { DrawLog } from '../kernel/index.ts'
import type { S3Digests } from '../s3/index.ts'

/** A runbook and all that is computed from it once, for any number of drills. */
export interface PreparedRunbook {
  readonly runbook: QualifiedRunbook
  readonly actions: ActionRegistry
  readonly pack: DatabasePack
  readonly plan: JudgedPlan
}

/** What a drill is given. Same options, same bytes. */
export interface SimulationOptions {
  readonly prepared: PreparedRunbook
  readonly checksums: Checksums
  readonly digests: S3Digests
  readonly seed: number
  readonly faults: readonly FaultRecord[]
  /** Data directory of the source's embedded S3. */
  readonly source: SimulatedDisk
  readonly failureAt: number
  readonly ledger: Uint8Array | null
  /** Whether the run was given the signer's key. */
  readonly trusted: boolean
  /** Receives every draw; null: none are kept. */
  readonly draws: DrawLog | null
}

/** A drill that has ended. */
export interface SimulatedDrill {
  readonly judged: JudgedRun
  readonly events: readonly { readonly at: number; readonly event: RunEvent }[]
  /** Virtual time that passed, ms. */
  readonly lastedMs: number
}
