import { addTallies, EMPTY_TALLY, type Tally } from '@dr-drill/simulator'
import type { ExplorePool } from '../../workers/explore-pool.ts'
import type { ExploreRequest } from './explore-options.ts'

/** Runs that a thread performs between two looks at the clock. */
const BATCH = 8

/** How an exploration is watched and stopped. */
export interface BatchHooks {
  /** Called when more is known. */
  onTally(tally: Tally): void
  /** True: no more runs are begun. */
  mustStop(): boolean
  /** Settles when what is under way must be given up. */
  readonly gaveUp: Promise<void>
}

/**
 * Performs an exploration's runs on the threads of a pool, in batches of neighbours. Tells of a prefix of the runs, always: batches that
 * end early wait for those before them, so whatever is told was told by the same runs, however many threads there are.
 * @throws what a drill's preparation throws
 */
export async function runBatches(
  request: ExploreRequest,
  pool: ExplorePool,
  hooks: BatchHooks,
): Promise<Tally> {
  const ended = new Map<number, Tally>()
  let total = EMPTY_TALLY
  let told = 0
  let next = 0
  const span = BATCH * request.shard.of
  const take = (batch: number, tally: Tally): void => {
    ended.set(batch, tally)
    for (let ready = ended.get(told); ready !== undefined; ready = ended.get(told)) {
      total = addTallies(total, ready)
      ended.delete(told)
      told += 1
    }
    hooks.onTally(total)
  }
  const work = async (): Promise<void> => {
    while (!hooks.mustStop() && next * span < request.runs) {
      const batch = next
      next += 1
      const { setup, shard, runs } = request
      const from = batch * span + shard.index
      const before = Math.min(runs, (batch + 1) * span)
      take(batch, await pool.runs({ kind: 'runs', setup, from, before, step: shard.of }))
    }
  }
  const working = Promise.all(Array.from({ length: pool.threads }, work))
  // Who gave up does not care how the rest fails.
  working.catch(() => {})
  await Promise.race([working, hooks.gaveUp])
  return total
}
