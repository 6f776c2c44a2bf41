import { invariant } from '../../errors/index.ts'

const BITS = 5
const WIDTH = 1 << BITS
const MASK = WIDTH - 1

type Branch = readonly unknown[]

/**
 * A list of fixed length whose `set` gives a new list that shares all but one path of nodes with the old one (a radix tree 32 wide),
 * so that a state per step of a long run costs a few small nodes, not a copy.
 */
export class PersistentVector<A> {
  readonly length: number
  readonly #root: Branch
  readonly #shift: number

  private constructor(length: number, root: Branch, shift: number) {
    this.length = length
    this.#root = root
    this.#shift = shift
  }

  static from<A>(items: readonly A[]): PersistentVector<A> {
    let level: unknown[] = [...items]
    let shift = 0
    do {
      const above: unknown[] = []
      for (let from = 0; from < Math.max(level.length, 1); from += WIDTH)
        above.push(level.slice(from, from + WIDTH))
      level = above
      shift += BITS
    } while (level.length > 1)
    return new PersistentVector<A>(items.length, level[0] as Branch, shift - BITS)
  }

  get(index: number): A {
    invariant(index >= 0 && index < this.length, 'an index within the vector')
    let node = this.#root
    for (let shift = this.#shift; shift > 0; shift -= BITS) node = node[(index >>> shift) & MASK] as Branch
    return node[index & MASK] as A
  }

  set(index: number, value: A): PersistentVector<A> {
    invariant(index >= 0 && index < this.length, 'an index within the vector')
    return new PersistentVector<A>(this.length, replace(this.#root, this.#shift, index, value), this.#shift)
  }

  *[Symbol.iterator](): Generator<A, void, void> {
    for (let index = 0; index < this.length; index += 1) yield this.get(index)
  }

  /** How many tree nodes this list does not share with another of the same length: the cost of having both. */
  distance(other: PersistentVector<A>): number {
    return this.length === other.length ? unshared(this.#root, other.#root, this.#shift) : this.length
  }
}

function replace(node: Branch, shift: number, index: number, value: unknown): Branch {
  const copy = [...node]
  const slot = (index >>> shift) & MASK
  copy[slot] = shift === 0 ? value : replace(node[slot] as Branch, shift - BITS, index, value)
  return copy
}

function unshared(a: Branch, b: Branch, shift: number): number {
  if (a === b) return 0
  if (shift === 0) return 1
  let count = 1
  for (let slot = 0; slot < a.length; slot += 1) {
    count += unshared(a[slot] as Branch, b[slot] as Branch, shift - BITS)
  }
  return count
}
