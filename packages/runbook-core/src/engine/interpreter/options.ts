import type { Checksums } from '../../checksums/index.ts'
import type { ErrorRecord } from '../../errors/index.ts'
import type { RunEvent } from '../../journal/events.ts'
import type { QualifiedRunbook } from '../../runbook/qualified.ts'
import type { HeldObligation, SurveyRequest } from '../executor.ts'
import type { RunOutcome, RunStarted, RunState } from '../state/run-state.ts'

/** What identifies a run and its surroundings; the rest of `run-started` is taken from the runbook. */
export type RunIdentity = Omit<RunStarted, 'type' | 'runbook' | 'params' | 'objectives'>

type ClockMark = Extract<RunEvent, { readonly type: 'clock-marked' }>

/** A run that goes on from its journal; made by `resumeFrom`. */
export interface Resumption {
  readonly state: RunState
  readonly survey: SurveyRequest
  /** Drill time of the journal's last entry. */
  readonly lastAt: number
  /** Drill time that passed while no process ran. */
  readonly gapMs: number
  readonly dropped: 'nothing' | 'incomplete-last-line'
}

/** What a run is started, or gone on, with. */
export interface EngineOptions {
  readonly runbook: QualifiedRunbook
  readonly identity: RunIdentity
  readonly checksums: Checksums
  /** Steps under way at once, at most. */
  readonly concurrency: number
  /** Instants known before the first step: failure, detected, declared. */
  readonly marks: readonly Omit<ClockMark, 'type'>[]
  /** Approvals given beforehand, by step. */
  readonly approvals: Readonly<Record<string, string>>
  /** Drill time from now after which the run ends with `deadline-passed`; null: none. */
  readonly deadlineMs: number | null
  /** Null starts a run. */
  readonly resume: Resumption | null
  /** Why the driver interrupted the root fiber, asked when it did. */
  readonly interruptReason?: () => string
}

/** How a run ended that was not interrupted from outside. */
export interface RunResult {
  readonly outcome: RunOutcome
  readonly firstCause: ErrorRecord | null
  readonly state: RunState
  /** What is still held: fences of a run that did not restore, and what could not be given back. */
  readonly held: readonly HeldObligation[]
}
