import type { Obligation } from '../actions/obligations.ts'
import { definePort } from '../effects/index.ts'
import type { ErrorRecord } from '../errors/index.ts'
import type { EventOrigin, Exercised, RunEvent } from '../journal/events.ts'
import type { Json } from '../text/json.ts'

/** One action to perform. Everything in it is data that may cross a wire. */
export interface Invocation {
  readonly runId: string
  readonly step: string
  readonly kind: string
  readonly input: Json
  readonly attempt: number
  /** SHA-256(run, step, ordinal, input digest): the same across retries and resume. */
  readonly key: string
  /** Ordinals already used by this step's effects in earlier attempts. */
  readonly effectsBefore: number
  /** Who approved the step; null while nobody has. */
  readonly approvedBy: string | null
  /** Subjects whose baseline stands in the journal already (`baseline:path:/x`). */
  readonly baselined: readonly string[]
}

/** What came of it. Failures are thrown as OperatingError. */
export interface Performed {
  readonly output: Json
  readonly exercised: Exercised
  /** Why nothing was performed: the target said beforehand that it lacks what the action is about. Then there is no output. */
  readonly skipped?: string
}

/** An action to undo, with what performing it was given and gave. */
export interface Reversal {
  readonly runId: string
  readonly step: string
  readonly kind: string
  readonly input: Json
  readonly output: Json
  readonly key: string
  readonly effectsBefore: number
}

/** An obligation that is still to be discharged, and the step that took it. */
export interface HeldObligation {
  readonly step: string
  readonly obligation: Obligation
  /** Ordinals already used by that step's effects. */
  readonly effectsBefore: number
}

/** What a journal says that may explain the world's state; see `Explanations`. */
export interface SurveyRequest {
  readonly baselines: readonly { readonly subject: string; readonly evidence: Json }[]
  /** Paths named by intents. */
  readonly touched: readonly string[]
  /** Invocations that acted through services, commands or requests: all they declare to write may have changed. */
  readonly acting: readonly { readonly kind: string; readonly input: Json }[]
  /** Services that the run meant to have running. */
  readonly started: readonly string[]
  /** Where the services that the run installed and started may write. */
  readonly writable: readonly string[]
}

/** What the world looks like when a run goes on. */
export interface SurveyFindings {
  /** What lies there and no durable intent explains, in words. */
  readonly unexplained: readonly string[]
  /** Baselines that could not be compared, and why. */
  readonly unchecked: readonly string[]
  /** Kinds whose effects die with the host's processes: their finished steps are performed again. */
  readonly volatileKinds: readonly string[]
  /** Kinds that bring files here which a later step may find spoilt: then they are brought again. */
  readonly fetchingKinds: readonly string[]
}

/**
 * Performs whole actions where the data is: in this process, or in an agent on another machine. Events of what
 * it did (`effect-intended`, `effect-ended`, obligations, `fault-fired`) reach the journal through `Journal` before each writing
 * effect takes place.
 */
export interface ExecutorContract {
  perform(input: Invocation): Performed
  /** Undoes a performed action; nothing to do where its kind has no undo. */
  undo(input: Reversal): void
  /**
   * What is held now: taken by this executor, or by an earlier process as the journal says (`known`), less what was given back.
   * Oldest first.
   */
  held(input: { readonly known: readonly HeldObligation[] }): readonly HeldObligation[]
  /** Discharges held obligations, newest first; answers those that could not be, each with its error. */
  release(input: { readonly runId: string; readonly ids: readonly string[] }): readonly {
    readonly id: string
    readonly error: ErrorRecord
  }[]
  /** Compares what lies on the target with what the journal explains. Reads only. */
  survey(input: SurveyRequest): SurveyFindings
}

export const Executor = definePort<ExecutorContract>('Executor', {
  perform: 'own',
  undo: 'own',
  held: 'own',
  release: 'own',
  survey: 'own',
})

/** The run's own log. `durable: true` returns after fsync; calls that wait at the same time share one. */
export interface JournalContract {
  append(input: {
    readonly events: readonly RunEvent[]
    readonly durable: boolean
    /** Of those events that another process told first. */
    readonly origins?: ReadonlyMap<RunEvent, EventOrigin>
  }): void
}

export const Journal = definePort<JournalContract>('Journal', { append: 'own' })
