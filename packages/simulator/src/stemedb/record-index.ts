import { invariant } from '@dr-drill/runbook-core'
import { type Assertion, decodeAssertion, type FrameFields, frameSize } from '@dr-drill/runbook-core/stemedb'
import { GrowingFloat64, GrowingUint32 } from './growing-arrays.ts'

/** An unused slot of the table: no record has position 0. */
const EMPTY = 0

/**
 * What the engine keeps in memory: about 30 bytes per record and no body. Ids and paths are kept as seeded hashes; a reader compares
 * the record itself.
 */
export class RecordIndex {
  readonly #seed: number
  /** Bytes of all frames before each position: where a record lies in a checkpoint, and, less a constant, in its segment. */
  readonly #starts = new GrowingFloat64()
  readonly #ids = new GrowingUint32()
  readonly #paths = new GrowingUint32()
  readonly #roots = new GrowingUint32()
  /** Open addressing over positions by hash of id; null until built. */
  #table: Uint32Array | null = null
  #end = 0
  #lastAt = 0

  constructor(seed: number) {
    this.#seed = seed
    this.#starts.push(0)
  }

  /** Records known; positions are 1 to this. */
  get count(): number {
    return this.#ids.length
  }

  /** Server time of the last record, ms; 0 when there is none. */
  get lastAt(): number {
    return this.#lastAt
  }

  /** Takes the next record in; its assertion is read from the body when the caller does not have it. */
  add(
    record: Pick<FrameFields, 'position' | 'at' | 'body'>,
    assertion: Pick<Assertion, 'id' | 'concept_path'> = decodeAssertion(record.body),
  ): void {
    invariant(record.position === this.count + 1, 'records are indexed in order of position')
    const { id, concept_path: path } = assertion
    const hash = this.hash(id)
    this.#ids.push(hash)
    this.#paths.push(this.hash(path))
    this.#roots.push(this.hash(rootOf(path)))
    this.#end += frameSize(record.body.length)
    this.#starts.push(this.#end)
    this.#lastAt = record.at
    if (this.#table !== null) this.#enter(record.position, hash)
  }

  /** Builds the table by id over all records known; later ones enter it as they come. */
  buildTable(): void {
    this.#table = new Uint32Array(tableSize(this.count))
    for (let position = 1; position <= this.count; position += 1) {
      this.#place(this.#table, position, this.#ids.at(position - 1))
    }
  }

  /** Positions whose id may be this one, lowest first in most cases; a reader compares the records. */
  positionsOfId(id: string): number[] {
    const table = this.#table
    invariant(table !== null, 'the table is built before it is asked')
    const hash = this.hash(id)
    const found: number[] = []
    const mask = table.length - 1
    for (let slot = hash & mask; table[slot] !== EMPTY; slot = (slot + 1) & mask) {
      const position = table[slot] as number
      if (this.#ids.at(position - 1) === hash) found.push(position)
    }
    return found
  }

  /** Bytes of all frames before a position (at most one beyond the last). */
  startOf(position: number): number {
    return this.#starts.at(position - 1)
  }

  pathHashOf(position: number): number {
    return this.#paths.at(position - 1)
  }

  /** Hash of the first name of the record's path. */
  rootHashOf(position: number): number {
    return this.#roots.at(position - 1)
  }

  /** FNV-1a over the code units, seeded and finished so that low bits can be used alone. */
  hash(text: string): number {
    let hash = this.#seed
    for (let index = 0; index < text.length; index += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193)
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b)
    return (hash ^ (hash >>> 13)) >>> 0
  }

  #enter(position: number, hash: number): void {
    const table = this.#table as Uint32Array
    if (this.count * 2 > table.length) this.buildTable()
    else this.#place(table, position, hash)
  }

  #place(table: Uint32Array, position: number, hash: number): void {
    const mask = table.length - 1
    let slot = hash & mask
    while (table[slot] !== EMPTY) slot = (slot + 1) & mask
    table[slot] = position
  }
}

/** The first name of a path. */
export function rootOf(path: string): string {
  const slash = path.indexOf('/')
  return slash < 0 ? path : path.slice(0, slash)
}

/** A power of two, at least twice (at most four times) the records. */
function tableSize(count: number): number {
  let size = 2048
  while (size < count * 2 + 2) size *= 2
  return size
}
