import { OperatingError } from '../../errors/index.ts'
import type { RunEvent } from '../../journal/events.ts'
import type { QualifiedRunbook } from '../../runbook/qualified.ts'
import type { Resumption } from '../interpreter/options.ts'
import { initialState, type RunState } from '../state/run-state.ts'
import { transition } from '../state/transition.ts'
import { Explanations } from './explanations.ts'

/** Folds a journal, an entry at a time, into the state of its run and into what a resume needs besides. */
export class RunFold {
  #state: RunState
  readonly #explanations: Explanations
  #lastAt = 0

  /** `concurrency` is that of the process which goes on. */
  constructor(runbook: QualifiedRunbook, concurrency: number) {
    this.#state = initialState(runbook, concurrency)
    this.#explanations = new Explanations(this.#state.graph)
  }

  /** @throws OperatingError `journal-damaged` for an event that cannot follow those before */
  observe(entry: { readonly at: number; readonly event: RunEvent }): void {
    this.#state = transition(this.#state, entry.event)[0]
    this.#explanations.observe(entry.event)
    this.#lastAt = entry.at
  }

  /** The state at the journal's end. */
  get state(): RunState {
    return this.#state
  }

  /** Drill time of the last entry. */
  get lastAt(): number {
    return this.#lastAt
  }

  /**
   * What `runEngine` needs to go on. `gapMs` is the drill time that passed while no process ran.
   * @throws OperatingError `precondition-failed` when the journal holds no run
   */
  resumption(input: { readonly gapMs: number; readonly dropped: Resumption['dropped'] }): Resumption {
    if (this.#state.started === null) {
      throw new OperatingError('precondition-failed', 'the journal holds no run to resume', {
        hint: 'The run died before its first event was durable: nothing was touched. Start a new run.',
      })
    }
    return {
      state: this.#state,
      survey: this.#explanations.request(),
      lastAt: this.#lastAt,
      gapMs: input.gapMs,
      dropped: input.dropped,
    }
  }
}

/** The state of a run after the given events. */
export function foldRun(
  runbook: QualifiedRunbook,
  events: Iterable<RunEvent>,
  concurrency: number,
): RunState {
  let state = initialState(runbook, concurrency)
  for (const event of events) state = transition(state, event)[0]
  return state
}
