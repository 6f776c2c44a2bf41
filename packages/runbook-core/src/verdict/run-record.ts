import type { Obligation } from '../actions/index.ts'
import type { ErrorRecord } from '../errors/index.ts'
import type { ClockDomain, Exercised, FaultRecord, MarkName, RunEvent } from '../journal/events.ts'
import type { Json } from '../text/json.ts'

/** The event that begins a run. */
export type RunStartedEvent = Extract<RunEvent, { readonly type: 'run-started' }>

/** A place in the journal. */
export interface Moment {
  readonly seq: number
  /** Drill time since the run started, ms. */
  readonly at: number
}

/** What became of a step, as far as the journal says. */
export type StepRecordStatus = 'running' | 'succeeded' | 'skipped' | 'failed' | 'interrupted' | 'undone'

/** One step of a run, all attempts together. */
export interface StepRecord {
  readonly id: string
  readonly status: StepRecordStatus
  /** Start of the first attempt and end of the last; null for a step that was skipped, or has not ended. */
  readonly started: Moment | null
  readonly ended: Moment | null
  /** Its first success, whatever came later: a resumed run may do what died with the host's processes again. */
  readonly firstSucceeded: Moment | null
  readonly attempts: number
  readonly exercised: Exercised
  readonly input: Json
  readonly output: Json
  readonly skipped: { readonly reason: 'condition' | 'not-exercised'; readonly detail: string } | null
  /** Errors of failed attempts, the newest last; at most `ERRORS_PER_STEP_MAX`. */
  readonly errors: readonly ErrorRecord[]
  /** Drill time spent waiting between attempts, ms. */
  readonly waitedMs: number
  readonly effects: {
    readonly intended: number
    readonly ended: number
    /** Intents without an end that no crash explains. */
    readonly open: number
  }
  /** Started again although it had succeeded and was not undone. */
  readonly repeated: boolean
  /** Started again with the same input digest but another idempotency key. */
  readonly keyChanged: boolean
}

/** A call that lets clients in, or writes where a drill must not. */
export interface NotedCall extends Moment {
  readonly step: string
  /** `Port.method`. */
  readonly call: string
}

/** A run as its journal tells it; the fold that verdict, invariants and report rest on. Plain data. */
export interface RunRecord {
  readonly started: RunStartedEvent | null
  /** Steps by id, in the order in which they first appear. */
  readonly steps: ReadonlyMap<string, StepRecord>
  readonly marks: Readonly<
    Partial<Record<MarkName, Moment & { readonly value: number; readonly domain: ClockDomain }>>
  >
  /** Newest evidence by subject; baselines for resume are left out. */
  readonly evidence: ReadonlyMap<string, Json>
  readonly faultsFired: readonly (Moment & { readonly fault: FaultRecord; readonly detail: string })[]
  readonly approvals: readonly (Moment & { readonly step: string; readonly by: string })[]
  readonly cancels: readonly string[]
  readonly resumes: readonly (Moment & { readonly gapMs: number; readonly dropped: string })[]
  /** Taken and not given back. */
  readonly obligations: readonly { readonly step: string; readonly obligation: Obligation }[]
  readonly ended: (Moment & Omit<Extract<RunEvent, { readonly type: 'run-ended' }>, 'type'>) | null
  /** Drill time of the last entry, ms. */
  readonly lastAt: number
  readonly entries: number
  /** What the sequence itself shows to be missing, in words; at most a few. */
  readonly gaps: readonly string[]
  /** Calls that move clients, the first first; at most a few. */
  readonly trafficCalls: readonly NotedCall[]
  /** Calls that write into the store of the backups, the first first; at most a few. */
  readonly sourceWrites: readonly NotedCall[]
}

/** Errors of a step that are kept: the first ones. */
export const ERRORS_PER_STEP_MAX = 20
/** Length of the lists that a hostile or broken run could make long. */
export const NOTED_MAX = 20
