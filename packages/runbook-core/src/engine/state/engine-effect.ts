import type { ErrorRecord } from '../../errors/index.ts'
import type { Json } from '../../text/json.ts'
import type { RunOutcome, RunState } from './run-state.ts'

/** What the interpreter must do next. Each comes back as an event; steps are by their index in the runbook. */
export type EngineEffect =
  /** Evaluate condition and input: gives `step-started`, `step-skipped` or `step-failed`. */
  | { readonly do: 'begin'; readonly step: number }
  /** Perform the action: gives `step-succeeded`, `step-skipped` or `step-failed`. */
  | {
      readonly do: 'perform'
      readonly step: number
      readonly attempt: number
      readonly input: Json
      readonly key: string
    }
  /** Draw the jitter: gives `step-retry-scheduled`. */
  | { readonly do: 'draw-backoff'; readonly step: number; readonly attempt: number }
  /** Wait, then begin again. */
  | { readonly do: 'wait'; readonly step: number; readonly delayMs: number }
  /** Stop these steps: gives `step-interrupted` for each that did not end by itself. */
  | { readonly do: 'interrupt'; readonly steps: readonly number[] }
  /** Clean up and end the run: gives `run-ended`. */
  | { readonly do: 'finish'; readonly outcome: RunOutcome; readonly firstCause: ErrorRecord | null }

/** A state and what to do in it. */
export type Transition = readonly [RunState, readonly EngineEffect[]]
