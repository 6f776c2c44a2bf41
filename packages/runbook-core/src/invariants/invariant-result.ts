/** `not-exercised`: the target said beforehand that it lacks the ability. `not-checked`: a check could not run; never a pass. */
export type InvariantStatus = 'held' | 'violated' | 'not-applicable' | 'not-checked' | 'not-exercised'

export type InvariantId = `I${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16}`

/** What an invariant says about one run. */
export interface InvariantResult {
  readonly id: InvariantId
  readonly name: string
  readonly status: InvariantStatus
  /** What it rests on, in one sentence. */
  readonly detail: string
}
