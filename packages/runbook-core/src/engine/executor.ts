import { definePort } from '../effects/index.ts'
import type { Exercised, RunEvent } from '../journal/events.ts'
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
}

/** What came of it. Failures are thrown as OperatingError. */
export interface Performed {
  readonly output: Json
  readonly exercised: Exercised
}

/**
 * Performs whole actions where the data is: in process for sim, local and host; in an agent for containers and SSH. Events of what
 * it did (`effect-intended`, `effect-ended`, obligations, `fault-fired`) reach the journal through `Journal` before each writing
 * effect takes place.
 */
export interface ExecutorContract {
  perform(input: Invocation): Performed
}

export const Executor = definePort<ExecutorContract>('Executor', { perform: 'own' })

/** The run's own log. `durable: true` returns after fsync; calls that wait at the same time share one. */
export interface JournalContract {
  append(input: { readonly events: readonly RunEvent[]; readonly durable: boolean }): void
}

export const Journal = definePort<JournalContract>('Journal', { append: 'own' })
