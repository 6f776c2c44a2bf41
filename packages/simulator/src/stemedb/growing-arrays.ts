/** A typed array that grows: the cheapest way to keep a few numbers per record for a million records. */
interface Numbers {
  readonly length: number
  [index: number]: number
  set(from: Numbers): void
}

class GrowingArray<A extends Numbers> {
  #items: A
  #length = 0
  readonly #make: (capacity: number) => A

  constructor(make: (capacity: number) => A) {
    this.#make = make
    this.#items = make(1024)
  }

  get length(): number {
    return this.#length
  }

  push(value: number): void {
    if (this.#length === this.#items.length) {
      const grown = this.#make(Math.ceil(this.#length * 1.5))
      grown.set(this.#items)
      this.#items = grown
    }
    const items: Numbers = this.#items
    items[this.#length] = value
    this.#length += 1
  }

  /** The value at an index below `length`. */
  at(index: number): number {
    return this.#items[index] as number
  }
}

/** Doubles, 8 bytes each. */
export class GrowingFloat64 extends GrowingArray<Float64Array> {
  constructor() {
    super((capacity) => new Float64Array(capacity))
  }
}

/** Unsigned 32-bit integers, 4 bytes each. */
export class GrowingUint32 extends GrowingArray<Uint32Array> {
  constructor() {
    super((capacity) => new Uint32Array(capacity))
  }
}
