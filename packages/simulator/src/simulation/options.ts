import type {
  ActionRegistry,
  Checksums,
  DatabasePack,
  FaultRecord,
  JudgedPlan,
  JudgedRun,
  Middleware,
  QualifiedRunbook,
  RunEvent,
} from '@dr-drill/runbook-core'
import type { CheckedDrill } from '../checkers/index.ts'
import type { DrawLog } from '../kernel/index.ts'
import type { CommandModels, Durations } from '../machine/index.ts'
import type { Production } from '../production/index.ts'
import type { S3Digests } from '../s3/index.ts'
import type { Disaster } from './incident/disaster.ts'

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
  readonly production: Production
  /** When the disaster strikes, history time ms. */
  readonly failureAt: number
  readonly disaster: Disaster
  /** Whether the run is given production's ledger, and its signer's key. */
  readonly ledgerGiven: boolean
  readonly trusted: boolean
  /** How long things take; default: those of the machine that the runbook asks for. */
  readonly durations?: Durations
  /** What programs do that the runbook runs; default: none can be run. */
  readonly commands?: CommandModels
  /** Approvals given beforehand, by step; default: none. */
  readonly approvals?: Readonly<Record<string, string>>
  /** Who approves what a step asks, after the time that people take; default: nobody, and such a run pauses. */
  readonly approver?: string
  /** Drill time after which the run is given up, ms; default: never. */
  readonly deadlineMs?: number
  /** Receives every draw; null: none are kept. */
  readonly draws: DrawLog | null
  /** Stands before the calls that a step's action makes, as a mistake in that action would. */
  readonly mistakes?: (step: string) => Middleware
}

/** A drill that has ended. */
export interface SimulatedDrill {
  readonly judged: JudgedRun
  /** The run held against the truth of its world. */
  readonly checked: CheckedDrill
  readonly events: readonly { readonly at: number; readonly event: RunEvent }[]
  /** Virtual time that passed since the disaster, ms. */
  readonly lastedMs: number
}
