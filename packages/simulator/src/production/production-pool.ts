import { invariant } from '@dr-drill/runbook-core'
import { RandomStream } from '../kernel/index.ts'
import type { Production } from './contract.ts'

/** Productions that drills share, each made when it is first needed. */
export interface ProductionPool {
  readonly size: number
  /** The production of the drill with this index: a matter of seed and index alone, whoever asks and in whatever order. */
  of(index: number): Production
}

/** `record` makes the production of a seed, the same every time. */
export function productionPool(
  seed: number,
  size: number,
  record: (seed: number) => Production,
): ProductionPool {
  invariant(Number.isSafeInteger(size) && size > 0, 'a pool has a production at least')
  const made = new Map<number, Production>()
  return {
    size,
    of(index) {
      invariant(Number.isSafeInteger(index) && index >= 0, 'drills are counted from 0')
      const place = index % size
      const known = made.get(place)
      if (known !== undefined) return known
      const production = record(RandomStream.fromSeed(seed).split(`production/${place}`).uint32())
      made.set(place, production)
      return production
    },
  }
}
