import type { FaultRecord, JudgedRun, TimedEvent } from '@dr-drill/runbook-core'
import type { SynchronousFileSystem } from '../../disk/index.ts'
import type { Sightings } from '../../simulation/run/sightings.ts'
import type { Exposure } from '../../simulation/run/witness.ts'
import type { StoreControl } from '../../store/index.ts'
import type { SentNotice } from '../../surroundings/index.ts'
import type { Expectation } from './expectation.ts'
import type { LedgerTruth } from './ledger-truth.ts'
import type { TrueLoss } from './served.ts'
import type { Served } from './served-records.ts'
import type { SourceTruth } from './source-truth.ts'

/** What the faults that fired excuse together; null: any amount. */
export interface Excused {
  readonly delayMs: number | null
  readonly lossMs: number | null
}

/**
 * The truth about a drill that has ended, as the world knows it: its disks, stores, clock, clients and the ledger of its production. What
 * the run says of itself stands in `judged` and `events`, to be held against the rest.
 */
export interface DrillTruth {
  readonly judged: JudgedRun
  readonly events: readonly TimedEvent[]
  readonly ledger: LedgerTruth
  readonly source: SourceTruth
  /** What the run was given to prove with. */
  readonly given: { readonly ledger: boolean; readonly trustKey: boolean }
  /** Whether somebody else changed objects of the source while the run was under way. */
  readonly sourceChangedMeanwhile: boolean
  /** What the restored engine holds, less the run's own test writes; null: no engine runs. */
  readonly served: readonly Served[] | null
  /** Test writes of the run that the engine holds. */
  readonly testWrites: readonly Served[]
  /** Of what is served; null when nothing is. */
  readonly loss: TrueLoss | null
  readonly exposures: readonly Exposure[]
  /** What was seen of the run at moments that its end no longer shows. */
  readonly sightings: Sightings
  /** Address that the engine listens on at the end, as it was configured, and whether others than its host reach it. */
  readonly listening: { readonly address: string | null; readonly isPublic: boolean }
  /** Notices that reached people. */
  readonly notices: readonly SentNotice[]
  /** Why nothing may be restored onto this host; null: it is fit. */
  readonly unfit: string | null
  /** How often the world had to heal, and the run to be resumed, before it came to its end. */
  readonly helped: number
  /** Pools and names that lead clients elsewhere than to the restored server, in words. */
  readonly ledElsewhere: readonly string[]
  /** Keys that the run wrote or tried to write into the source. */
  readonly sourceWrites: readonly string[]
  /** Names, backups' among them, that listings of the source showed to the run. */
  readonly shownNames: ReadonlySet<string>
  /** Requests of the run's credential that the source's side counted. */
  readonly sourceRequests: Readonly<Record<string, number>>
  readonly touchedPaths: ReadonlySet<string>
  readonly acted: ReadonlyMap<string, number>
  /** Most bytes that the run had on the host's disk before the engine started. */
  readonly peakBytes: number
  /** The host's disk, as root sees it. */
  readonly files: SynchronousFileSystem
  /** The store of the restored server; null where it cannot be looked into. */
  readonly archive: StoreControl | null
  /** History time at virtual time 0. */
  readonly epochMs: number
  /** Virtual time at which the disaster was declared, ms. */
  readonly declaredAt: number
  /** How often the process of the run died. */
  readonly deaths: number
  /** How often the host lost its power. */
  readonly powerLosses: number
  /** History time that a restore to a target time was told; null: it restores all. */
  readonly targetAt: number | null
  /** Keys that an earlier restore cut off for good. */
  readonly cutOff: ReadonlySet<string>
  readonly firedFaults: readonly FaultRecord[]
  readonly unfiredFaults: readonly FaultRecord[]
  readonly excused: Excused
  readonly expectation: Expectation
}
