import type { Memory, Question } from '@dr-drill/runbook-core'

/**
 * What was computed of immutable objects in a simulated world, kept until they go: a drill that meets the same blobs as another does
 * not compute it again. It never keeps an object alive, and since a fault makes new bytes, nothing known of the old ones can lie.
 * One per worker.
 */
export class BlobMemory implements Memory {
  readonly #answers = new Map<Question<unknown>, WeakMap<object, unknown>>()

  readonly #notes = new Map<Question<unknown>, Map<number, unknown>>()

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

  noted<T>(question: Question<T>, number: number): T | undefined {
    return this.#notes.get(question)?.get(number) as T | undefined
  }

  note<T>(question: Question<T>, number: number, answer: T): void {
    const notes = this.#notes.get(question) ?? new Map<number, unknown>()
    this.#notes.set(question, notes)
    notes.delete(number)
    const [oldest] = notes.keys()
    if (notes.size >= question.notesMax && oldest !== undefined) notes.delete(oldest)
    notes.set(number, answer)
  }
}
