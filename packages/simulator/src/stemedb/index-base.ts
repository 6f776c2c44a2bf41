import { type Checksums, Question } from '@dr-drill/runbook-core'
import { decodeAssertion, type Frame, frameSize } from '@dr-drill/runbook-core/stemedb'
import { hashOf, PositionTable, rootOf } from './position-table.ts'

/** Columns over the records from position 1 on that recovery has read. Never changed: many engines may stand on the same. */
export interface IndexBase {
  readonly count: number
  /** One more than records: see `RecordIndex.startOf`. */
  readonly starts: Float64Array
  readonly ids: Uint32Array
  readonly paths: Uint32Array
  readonly roots: Uint32Array
  readonly table: PositionTable
}

/** Records as recovery read them, run after run; the same runs in the same order lead to the same place. */
export class RecoveredRuns {
  readonly runs: readonly (readonly Frame[])[]
  readonly #seed: number
  readonly #next = new WeakMap<readonly Frame[], RecoveredRuns>()
  #base: IndexBase | null = null

  constructor(seed: number, runs: readonly (readonly Frame[])[] = []) {
    this.#seed = seed
    this.runs = runs
  }

  /** These runs and one more. */
  with(run: readonly Frame[]): RecoveredRuns {
    let next = this.#next.get(run)
    if (next === undefined) {
      next = new RecoveredRuns(this.#seed, [...this.runs, run])
      this.#next.set(run, next)
    }
    return next
  }

  /** The columns over all runs. */
  base(): IndexBase {
    this.#base ??= build(this.#seed, this.runs)
    return this.#base
  }
}

const BEGINNING = new Question<Map<number, RecoveredRuns>>('recovered runs by hash seed')

/** Where recoveries with this seed begin that share what they build; null where nothing is remembered. */
export function sharedRuns(checksums: Checksums, seed: number): RecoveredRuns | null {
  const { memory } = checksums
  if (memory === undefined) return null
  const bySeed = memory.recall(BEGINNING, memory, () => new Map<number, RecoveredRuns>())
  let beginning = bySeed.get(seed)
  if (beginning === undefined) {
    beginning = new RecoveredRuns(seed)
    // A world has one seed for all; whoever draws a new one each time shares nothing and must not pile up.
    bySeed.clear()
    bySeed.set(seed, beginning)
  }
  return beginning
}

function build(seed: number, runs: readonly (readonly Frame[])[]): IndexBase {
  const count = runs.reduce((sum, run) => sum + run.length, 0)
  const starts = new Float64Array(count + 1)
  const [ids, paths, roots] = [new Uint32Array(count), new Uint32Array(count), new Uint32Array(count)]
  let [index, end] = [0, 0]
  for (const run of runs) {
    for (const { body } of run) {
      const { id, concept_path: path } = decodeAssertion(body)
      ids[index] = hashOf(seed, id)
      paths[index] = hashOf(seed, path)
      roots[index] = hashOf(seed, rootOf(path))
      end += frameSize(body.length)
      index += 1
      starts[index] = end
    }
  }
  const table = PositionTable.over(count, (position) => ids[position - 1] as number)
  return { count, starts, ids, paths, roots, table }
}
