import { type Checksums, invariant } from '@dr-drill/runbook-core'
import {
  type Assertion,
  decodeAssertion,
  type Frame,
  type FrameFields,
  frameSize,
} from '@dr-drill/runbook-core/stemedb'
import { GrowingFloat64, GrowingUint32 } from './growing-arrays.ts'
import { type IndexBase, type RecoveredRuns, sharedRuns } from './index-base.ts'
import { hashOf, PositionTable, rootOf } from './position-table.ts'

/**
 * What the engine keeps in memory: about 30 bytes per record and no body. Ids and paths are kept as seeded hashes; a reader compares
 * the record itself. Where computed things are remembered, the columns of what recovery read are shared with every engine that read the
 * same; what is added later is this engine's own.
 */
export class RecordIndex {
  readonly #seed: number
  /** What recovery has read so far, until the table is built; null where nothing is shared. */
  #recovered: RecoveredRuns | null
  #base: IndexBase | null = null
  /** Own columns, of the positions behind the base. Bytes of all frames before each: where a record lies in a checkpoint, and, less a constant, in its segment. */
  readonly #starts = new GrowingFloat64()
  readonly #ids = new GrowingUint32()
  readonly #paths = new GrowingUint32()
  readonly #roots = new GrowingUint32()
  /** Own positions; null until built. */
  #table: PositionTable | null = null
  #count = 0
  #end = 0
  #lastAt = 0

  constructor(checksums: Checksums, seed: number) {
    this.#seed = seed
    this.#recovered = sharedRuns(checksums, seed)
  }

  /** Records known; positions are 1 to this. */
  get count(): number {
    return this.#count
  }

  /** Server time of the last record, ms; 0 when there is none. */
  get lastAt(): number {
    return this.#lastAt
  }

  /** Takes in what recovery read: the next records, in order of position. */
  addRecovered(run: readonly Frame[]): void {
    if (this.#recovered === null) {
      for (const frame of run) this.add(frame)
      return
    }
    const [first, last] = [run[0], run.at(-1)]
    if (first === undefined || last === undefined) return
    invariant(first.position === this.#count + 1, 'records are indexed in order of position')
    this.#recovered = this.#recovered.with(run)
    this.#count = last.position
    this.#lastAt = last.at
  }

  /** Takes the next record in; its assertion is read from the body when the caller does not have it. */
  add(
    record: Pick<FrameFields, 'position' | 'at' | 'body'>,
    assertion: Pick<Assertion, 'id' | 'concept_path'> = decodeAssertion(record.body),
  ): void {
    invariant(record.position === this.#count + 1, 'records are indexed in order of position')
    const { id, concept_path: path } = assertion
    const hash = this.hash(id)
    this.#ids.push(hash)
    this.#paths.push(this.hash(path))
    this.#roots.push(this.hash(rootOf(path)))
    this.#starts.push(this.#end)
    this.#end += frameSize(record.body.length)
    this.#count = record.position
    this.#lastAt = record.at
    if (this.#table !== null) this.#enter(record.position, hash)
  }

  /** Builds the table by id over all records known; later ones enter it as they come. */
  buildTable(): void {
    if (this.#recovered !== null) {
      this.#base = this.#recovered.base()
      this.#end = this.#base.starts[this.#base.count] as number
      this.#recovered = null
    }
    this.#table = this.#ownTable()
  }

  /** Positions whose id may be this one, lowest first in most cases; a reader compares the records. */
  positionsOfId(id: string): number[] {
    const [table, base] = [this.#table, this.#base]
    invariant(table !== null, 'the table is built before it is asked')
    const hash = this.hash(id)
    const found: number[] = []
    for (const position of base?.table.candidates(hash) ?? []) {
      if (base?.ids[position - 1] === hash) found.push(position)
    }
    for (const position of table.candidates(hash)) {
      if (this.#ids.at(this.#own(position)) === hash) found.push(position)
    }
    return found
  }

  /** Bytes of all frames before a position (at most one beyond the last). */
  startOf(position: number): number {
    if (position > this.#count) return this.#end
    const own = this.#own(position)
    return own < 0 ? (this.#base?.starts[position - 1] as number) : this.#starts.at(own)
  }

  pathHashOf(position: number): number {
    const own = this.#own(position)
    return own < 0 ? (this.#base?.paths[position - 1] as number) : this.#paths.at(own)
  }

  /** Hash of the first name of the record's path. */
  rootHashOf(position: number): number {
    const own = this.#own(position)
    return own < 0 ? (this.#base?.roots[position - 1] as number) : this.#roots.at(own)
  }

  hash(text: string): number {
    return hashOf(this.#seed, text)
  }

  /** The place of a position in the own columns; negative for one of the base. */
  #own(position: number): number {
    return position - 1 - (this.#base?.count ?? 0)
  }

  #enter(position: number, hash: number): void {
    if (this.#table?.isFull(this.#ids.length) === true) this.#table = this.#ownTable()
    else this.#table?.enter(position, hash)
  }

  #ownTable(): PositionTable {
    const first = (this.#base?.count ?? 0) + 1
    return PositionTable.over(this.#ids.length, (position) => this.#ids.at(position - first), first)
  }
}
