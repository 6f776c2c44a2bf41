import { type ErrorRecord, toOperatingError } from '@dr-drill/runbook-core'
import type { Tally } from '@dr-drill/simulator'
import type { Counterexample } from './explore-task.ts'

/** What a thread of an exploration answers. Errors cross as records: threads share no classes. */
export type ExploreAnswer = { readonly value: Tally | Counterexample } | { readonly error: ErrorRecord }

/** What was thrown, as a record. */
export const errorRecordOf = (thrown: unknown): ErrorRecord => toOperatingError(thrown).toRecord()
