/** `not-exercised`: the target said beforehand that it lacks the ability. `not-checked`: a check could not run; never a pass. */
export type InvariantStatus = 'held' | 'violated' | 'not-applicable' | 'not-checked' | 'not-exercised'

/** I1 to I16 are ours; who adds a checker takes the next number. */
export type InvariantId = `I${number}`

/** What an invariant says about one run. */
export interface InvariantResult {
  readonly id: InvariantId
  readonly name: string
  readonly status: InvariantStatus
  /** What it rests on, in one sentence. */
  readonly detail: string
}
