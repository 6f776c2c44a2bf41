/**
 * When a fault strikes. `start`: before the run's first step. `step-begins`, `step-ends`: when the journal says so (a step that is
 * skipped never begins). `effect`: at the n-th effect of a step (from 1, over all its attempts), before it happens or after it
 * happened and before the step learns of it.
 */
export type Moment =
  | { readonly at: 'start' }
  | { readonly at: 'step-begins'; readonly step: string }
  | { readonly at: 'step-ends'; readonly step: string }
  | {
      readonly at: 'effect'
      readonly step: string
      readonly effect: number
      readonly side: 'before' | 'after'
    }

/** What happened just now in a run, to be compared with moments. */
export type Happening = Moment

const isSame = (a: Moment, b: Happening): boolean => {
  if (a.at !== b.at) return false
  if (a.at === 'start' || b.at === 'start') return true
  if (a.step !== b.step) return false
  if (a.at !== 'effect' || b.at !== 'effect') return true
  return a.effect === b.effect && a.side === b.side
}

/** What waits for moments of one run. */
export class Moments {
  #waiting: { readonly moment: Moment; readonly happens: () => void }[] = []

  /** Whether anything waits: asked before each effect, so that runs without faults pay nothing. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  add(moment: Moment, happens: () => void): void {
    this.#waiting.push({ moment, happens })
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
