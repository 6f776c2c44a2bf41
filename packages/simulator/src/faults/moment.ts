/**
 * When a fault strikes. `start`: before the run's first step. `step-begins`, `step-ends`: when the journal says so (a step that is
 * skipped never begins). `effect`: at the n-th writing effect of a step, counted as the journal counts (from 1, over all attempts):
 * `before` it is done and after it is durably intended, or `after` it is done and before that is recorded. `call`: at the n-th call
 * of any port that the step makes, reads included (from 1, over all attempts): before it begins, or after its answer came.
 */
export type Moment =
  | { readonly at: 'start' }
  | { readonly at: 'step-begins'; readonly step: string }
  | { readonly at: 'step-ends'; readonly step: string }
  | {
      readonly at: 'effect' | 'call'
      readonly step: string
      readonly ordinal: number
      readonly side: 'before' | 'after'
    }

/** What happened just now in a run, to be compared with moments. */
export type Happening = Moment

const isSame = (a: Moment, b: Happening): boolean => {
  if (a.at === 'start' || b.at === 'start') return a.at === b.at
  if (a.at !== b.at || a.step !== b.step) return false
  if (!('ordinal' in a) || !('ordinal' in b)) return true
  return a.ordinal === b.ordinal && a.side === b.side
}

/** What waits for moments of one run. */
export class Moments {
  #waiting: { readonly moment: Moment; readonly happens: () => void }[] = []

  /** Whether anything waits: asked before each effect, so that runs without faults pay nothing. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.length
  }

  add(moment: Moment, happens: () => void): void {
    this.#waiting.push({ moment, happens })
  }

  /** Nothing waits any longer. */
  forget(): void {
    this.#waiting = []
  }

  /** Something happened: what waited for it happens, in the order it was added, and waits no more. */
  happened(happening: Happening): void {
    if (this.#waiting.length === 0) return
    const due = this.#waiting.filter(({ moment }) => isSame(moment, happening))
    if (due.length === 0) return
    this.#waiting = this.#waiting.filter((one) => !due.includes(one))
    for (const { happens } of due) happens()
  }
}
