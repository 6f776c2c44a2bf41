import { beginsWith, type Checksums, Question, recall } from '@dr-drill/runbook-core'

/** A last part so many times shorter than all before it is probably one drill's own, and what is before it is not. */
const OWN_PART = 8

/**
 * Immutable lists put together from parts. Where there is a memory the same parts in the same order are the same list again, so that
 * whatever is known of it is known; and of a list that ends with little of its own its beginning is known (`beginningOf`).
 */
export class ListChain<T> {
  readonly length: number
  readonly #before: ListChain<T> | null
  readonly #part: readonly T[]
  readonly #next = new WeakMap<readonly T[], ListChain<T>>()
  #list: readonly T[] | null = null

  private constructor(before: ListChain<T> | null, part: readonly T[]) {
    this.#before = before
    this.#part = part
    this.length = (before?.length ?? 0) + part.length
  }

  /** The empty list. Chains of one name share what they know. */
  static empty<T>(checksums: Checksums, name: ChainName<T>): ListChain<T> {
    const { memory } = checksums
    const make = () => new ListChain<T>(null, [])
    return memory === undefined ? make() : recall(checksums, name, memory, make)
  }

  /** This list and one more part. */
  with(part: readonly T[]): ListChain<T> {
    let next = this.#next.get(part)
    if (next === undefined) {
      next = new ListChain(this, part)
      this.#next.set(part, next)
    }
    return next
  }

  /** All items. */
  get list(): readonly T[] {
    this.#list ??= this.#joined()
    return this.#list
  }

  #joined(): readonly T[] {
    const before = this.#before
    if (before === null || this.#part.length * OWN_PART > before.length) return this.#gathered()
    before.#list ??= before.#gathered()
    const joined = [...before.#list, ...this.#part]
    beginsWith(joined, before.#list)
    return joined
  }

  #gathered(): readonly T[] {
    if (this.length === this.#part.length) return this.#part
    const parts: (readonly T[])[] = []
    for (let chain: ListChain<T> | null = this; chain !== null; chain = chain.#before) parts.push(chain.#part)
    return parts.reverse().flat()
  }
}

/** The name of a kind of chains: make one where the chains are made. */
export class ChainName<T> extends Question<ListChain<T>> {}
