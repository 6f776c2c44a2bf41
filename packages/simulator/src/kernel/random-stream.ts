import { invariant } from '@dr-drill/runbook-core'

/** One draw: which stream, the how-manieth of that stream (from 0), and the uint32 that came. */
export interface Draw {
  readonly stream: string
  readonly index: number
  readonly value: number
}

/** Receives every draw of a stream and of all streams split from it. */
export interface DrawLog {
  record(draw: Draw): void
}

type Key = readonly [number, number, number, number]

/**
 * A seeded stream of chance (xoshiro128**), 32-bit integer arithmetic only, so the same on every machine. `split(label)` derives a
 * stream from this one's *identity* and the label, never from how much was drawn: a draw added in one place shifts no other place.
 */
export class RandomStream {
  /** Path of labels from the root, e.g. `seed:1/disk/power-loss`. */
  readonly label: string
  readonly #key: Key
  readonly #log: DrawLog | null
  #a: number
  #b: number
  #c: number
  #d: number
  #drawn = 0

  private constructor(label: string, key: Key, log: DrawLog | null) {
    this.label = label
    this.#key = key
    this.#log = log
    ;[this.#a, this.#b, this.#c, this.#d] = key
  }

  /** The root stream of a seed (any safe integer or text). */
  static fromSeed(seed: number | string, log: DrawLog | null = null): RandomStream {
    const label = `seed:${seed}`
    return new RandomStream(label, deriveKey([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], label), log)
  }

  /** The independent stream of this label; the same label gives the same stream again, from its start. */
  split(label: string): RandomStream {
    return new RandomStream(`${this.label}/${label}`, deriveKey(this.#key, label), this.#log)
  }

  /** How many uint32 have been drawn from this stream. */
  get drawn(): number {
    return this.#drawn
  }

  /** A uniform integer in [0, 2^32). */
  uint32(): number {
    const value = Math.imul(rotate(Math.imul(this.#b, 5), 7), 9) >>> 0
    const shifted = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= shifted
    this.#d = rotate(this.#d, 11)
    this.#log?.record({ stream: this.label, index: this.#drawn, value })
    this.#drawn += 1
    return value
  }

  /** A uniform integer in [min, max], both included. */
  integer(min: number, max: number): number {
    invariant(Number.isSafeInteger(min) && Number.isSafeInteger(max) && min <= max, 'a range of integers')
    const count = max - min + 1
    invariant(count <= 0x20_0000_0000_0000, 'a range of at most 2^53 integers')
    if (count <= 0x1_0000_0000) return min + Math.floor((this.uint32() / 0x1_0000_0000) * count)
    const fraction = ((this.uint32() >>> 11) * 0x1_0000_0000 + this.uint32()) / 0x20_0000_0000_0000
    return min + Math.min(count - 1, Math.floor(fraction * count))
  }

  /** True with probability `numerator / denominator`. */
  chance(numerator: number, denominator: number): boolean {
    return this.integer(0, denominator - 1) < numerator
  }

  /** One of the items, each as likely. */
  pick<A>(items: readonly [A, ...A[]] | readonly A[]): A {
    invariant(items.length > 0, 'a pick needs something to choose from')
    return items[this.integer(0, items.length - 1)] as A
  }

  /** The items in a uniformly drawn order (a new array). */
  shuffle<A>(items: readonly A[]): A[] {
    const shuffled = [...items]
    for (let last = shuffled.length - 1; last > 0; last -= 1) {
      const other = this.integer(0, last)
      const held = shuffled[last] as A
      shuffled[last] = shuffled[other] as A
      shuffled[other] = held
    }
    return shuffled
  }

  /** `length` uniform bytes. */
  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    for (let offset = 0; offset < length; offset += 4) {
      const word = this.uint32()
      for (let lane = 0; lane < 4 && offset + lane < length; lane += 1)
        bytes[offset + lane] = word >>> (8 * lane)
    }
    return bytes
  }
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

/** Spreads every input bit over the word (the finaliser of MurmurHash3). */
function avalanche(word: number): number {
  let mixed = word
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

/** A 128-bit key from another and a label: four lanes absorb the label, then all lanes flow into each other. */
function deriveKey(parent: Key, label: string): Key {
  let [a, b, c, d] = parent
  for (let index = 0; index < label.length; index += 1) {
    const unit = label.charCodeAt(index)
    a = Math.imul(rotate(a ^ unit, 13), 0x9e3779b1)
    b = Math.imul(rotate(b ^ unit, 15), 0x85ebca77) ^ a
    c = Math.imul(rotate(c ^ unit, 17), 0xc2b2ae3d) ^ b
    d = Math.imul(rotate(d ^ unit, 19), 0x27d4eb2f) ^ c
  }
  a = avalanche(a ^ label.length ^ d)
  b = avalanche(b ^ a)
  c = avalanche(c ^ b)
  d = avalanche(d ^ c)
  a = avalanche(a ^ d)
  // The all-zero state is the one from which xoshiro never leaves.
  return (a | b | c | d) === 0 ? [1, 0, 0, 0] : [a, b, c, d]
}
