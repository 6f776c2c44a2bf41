import type { Obligation } from '../actions/index.ts'
import type { Access } from '../effects/index.ts'
import type { ErrorRecord } from '../errors/index.ts'
import type { Json } from '../text/json.ts'

/** A fault asked for, as data. */
export interface FaultRecord {
  readonly kind: string
  readonly with: Readonly<Record<string, string | number | boolean>>
}

/** How far a step touched the real thing. */
export type Exercised = 'real' | 'sandbox' | 'recorded' | 'no'

/** Which clock an instant is of; no duration is taken across the two. */
export type ClockDomain = 'drill' | 'history'

/** The instants a report is made of. `restored` is the first client probe answered after the gate. */
export type MarkName =
  | 'failure'
  | 'detected'
  | 'declared'
  | 'gate-passed'
  | 'protected'
  | 'traffic-moved'
  | 'restored'

/**
 * Everything that can happen in a run. Report, verdict, resume, evidence and timeline are folds of a sequence of these; nothing
 * else is consulted. Times are in the envelope (`at`, drill time).
 */
export type RunEvent =
  | {
      readonly type: 'run-started'
      readonly runId: string
      readonly runbook: { readonly id: string; readonly title: string; readonly digest: string }
      readonly tool: { readonly version: string; readonly digest: string }
      readonly actionsDigest: string
      readonly mode: 'rehearsal' | 'drill' | 'recovery'
      readonly data: 'generated' | 'supplied'
      readonly environment: 'simulated' | 'sandbox' | 'real'
      readonly target: string
      readonly capabilities: readonly string[]
      readonly seed: number
      readonly params: Readonly<Record<string, Json>>
      readonly objectives: { readonly rtoMs: number; readonly rpoMs: number }
      readonly scenario: string | null
      readonly faults: readonly FaultRecord[]
      /** True in a dry run: steps that would write are told and skipped. */
      readonly dryRun?: boolean
      /** Wall clock at the start, RFC 3339 UTC: evidence only, no duration is computed from it. */
      readonly startedAtWall: string
    }
  | {
      readonly type: 'clock-marked'
      readonly name: MarkName
      readonly at: number
      readonly domain: ClockDomain
    }
  | {
      readonly type: 'step-started'
      readonly step: string
      readonly attempt: number
      readonly input: Json
      readonly inputDigest: string
      readonly key: string
    }
  | {
      readonly type: 'effect-intended'
      readonly step: string
      /** Counts the step's writing effects from 1, across attempts. */
      readonly ordinal: number
      readonly port: string
      readonly method: string
      readonly access: Access
      /** The call's input; bytes as `{bytes: LENGTH, sha256}`. */
      readonly input: Json
      readonly key: string
    }
  | {
      readonly type: 'effect-ended'
      readonly step: string
      readonly ordinal: number
      readonly outcome: 'done' | 'failed'
      readonly output?: Json
      readonly error?: ErrorRecord
    }
  | {
      readonly type: 'step-succeeded'
      readonly step: string
      readonly attempt: number
      readonly output: Json
      readonly captures: Readonly<Record<string, Json>>
      readonly exercised: Exercised
    }
  | {
      readonly type: 'step-failed'
      readonly step: string
      readonly attempt: number
      readonly error: ErrorRecord
    }
  /** Stopped from outside before its end: another step failed first, a cancel, the deadline. Resume runs it again. */
  | { readonly type: 'step-interrupted'; readonly step: string; readonly attempt: number }
  | {
      readonly type: 'step-retry-scheduled'
      readonly step: string
      readonly attempt: number
      readonly delayMs: number
    }
  | {
      readonly type: 'step-skipped'
      readonly step: string
      readonly reason: 'condition' | 'not-exercised'
      readonly detail: string
    }
  /**
   * No longer counts as done, and will run again on resume: its `undo` ran (or that of a step it rests on), what it held was given
   * back, or what it made died with the host's processes.
   */
  | { readonly type: 'step-undone'; readonly step: string }
  | { readonly type: 'obligation-taken'; readonly step: string; readonly obligation: Obligation }
  | { readonly type: 'obligation-discharged'; readonly id: string }
  | { readonly type: 'approval-given'; readonly step: string; readonly by: string }
  | { readonly type: 'fault-fired'; readonly fault: FaultRecord; readonly detail: string }
  | { readonly type: 'cancel-requested'; readonly reason: string }
  | {
      readonly type: 'run-resumed'
      /** Drill time that passed while no process ran: the RTO clock does not stop. */
      readonly gapMs: number
      readonly dropped: 'nothing' | 'incomplete-last-line'
    }
  /** Facts the verdict needs that only the target can tell: oracle result, inventory, request counts. One per subject. */
  | { readonly type: 'evidence-collected'; readonly subject: string; readonly evidence: Json }
  | {
      readonly type: 'run-ended'
      readonly outcome: 'completed' | 'failed' | 'interrupted' | 'paused'
      readonly firstCause: ErrorRecord | null
    }

/** Where an event was told first, when another process than the journal's writer told it: an agent's spool, and its number there. */
export interface EventOrigin {
  readonly spool: string
  readonly seq: number
}

/** An event as it stands in the journal: one line of JSON, chained to the line before. */
export interface JournalEntry {
  /** Counts entries from 1; the header is line 0. */
  readonly seq: number
  /** Drill time in ms since the run started; monotonic across resume. */
  readonly at: number
  /** Every entry up to this `seq` had been fsynced when this line was written; tells a tear from an alteration. */
  readonly durable: number
  readonly event: RunEvent
  /** Of events that an agent told; the runner sees by it which of them it has. */
  readonly origin?: EventOrigin
  /** SHA-256 of the line before, without its newline; of the header line for the first. */
  readonly previous: string
  /** SHA-256 of the canonical JSON of this entry without this field. */
  readonly digest: string
}
