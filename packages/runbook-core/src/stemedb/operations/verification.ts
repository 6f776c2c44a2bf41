/** One thing that verification found. */
export interface VerificationProblem {
  /** `error`: a restore could fail or lose data by it. `notice`: explained by an interrupted run or by retention, yet to be looked at. */
  readonly severity: 'error' | 'notice'
  /** Key or name that it concerns. */
  readonly subject: string
  /** Stable: a reason of core's formats, or one of `VerificationReason`. */
  readonly problem: string
  readonly detail: string
}

/** Problems that only reading everything back can find. */
export type VerificationReason =
  | 'missing'
  | 'size-differs'
  | 'digest-differs'
  | 'structure-invalid'
  | 'object-corrupt'
  | 'log-gap'
  | 'chain-broken'
  | 'base-missing'
  | 'older-segments-gone'
  | 'backup-none-usable'

/** A backup that was read back whole. */
export interface VerifiedBackup {
  readonly name: string
  readonly history: string
  readonly stopPosition: string
  readonly stoppedAt: number
  readonly recordCount: number
  readonly totalBytes: number
}

/** What the archive holds of one history, as far as it is contiguous from its first segment on. */
export interface VerifiedHistory {
  readonly history: string
  readonly segments: number
  readonly firstPosition: string
  readonly lastPosition: string
  /** History time, ms, of the newest record before any problem. */
  readonly lastRecordAt: number
}
