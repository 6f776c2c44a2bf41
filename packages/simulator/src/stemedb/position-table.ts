/** An unused slot of the table: no record has position 0. */
const EMPTY = 0

/** Positions by hash of id: open addressing. */
export class PositionTable {
  readonly #slots: Uint32Array

  private constructor(slots: Uint32Array) {
    this.#slots = slots
  }

  /** A table with room for as many positions again as it holds: `first` to `first + count - 1`. */
  static over(count: number, hashAt: (position: number) => number, first = 1): PositionTable {
    const table = new PositionTable(new Uint32Array(tableSize(count)))
    for (let position = first; position < first + count; position += 1) {
      table.enter(position, hashAt(position))
    }
    return table
  }

  /** True when a table of this size has no room for so many. */
  isFull(count: number): boolean {
    return count * 2 > this.#slots.length
  }

  enter(position: number, hash: number): void {
    const slots = this.#slots
    const mask = slots.length - 1
    let slot = hash & mask
    while (slots[slot] !== EMPTY) slot = (slot + 1) & mask
    slots[slot] = position
  }

  /** Every position that may have this hash. */
  *candidates(hash: number): Iterable<number> {
    const slots = this.#slots
    const mask = slots.length - 1
    for (let slot = hash & mask; slots[slot] !== EMPTY; slot = (slot + 1) & mask) yield slots[slot] as number
  }
}

/** A power of two, at least twice (at most four times) the records. */
function tableSize(count: number): number {
  let size = 2048
  while (size < count * 2 + 2) size *= 2
  return size
}

/** FNV-1a over the code units, seeded and finished so that low bits can be used alone. */
export function hashOf(seed: number, text: string): number {
  let hash = seed
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}

/** The first name of a path. */
export function rootOf(path: string): string {
  const slash = path.indexOf('/')
  return slash < 0 ? path : path.slice(0, slash)
}
