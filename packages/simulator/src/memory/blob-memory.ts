import type { Memory, Question } from '@dr-drill/runbook-core'

/**
 * What was computed of immutable objects in a simulated world, kept until they go: a drill that meets the same blobs as another does
 * not compute it again. It never keeps an object alive, and since a fault makes new bytes, nothing known of the old ones can lie.
 * One per worker.
 */
export class BlobMemory implements Memory {
  readonly #answers = new Map<Question<unknown>, WeakMap<object, unknown>>()

  recall<T>(question: Question<T>, about: object, compute: () => T): T {
    let known = this.#answers.get(question)
    if (known === undefined) {
      known = new WeakMap()
      this.#answers.set(question, known)
    }
    const answer = known.get(about)
    if (answer !== undefined) return answer as T
    const computed = compute()
    known.set(about, computed)
    return computed
  }
}
