import type { FaultRecord } from '@dr-drill/runbook-core'
import type { DrawContext } from '../faults/index.ts'
import type { Production } from '../production/index.ts'
import type { Scenario } from '../scenario/index.ts'

/** A production by what it is made from. */
export interface ProductionKey {
  readonly seed: number
  /** Records that it writes in its whole life. */
  readonly assertions: number
}

/** Everything that is drawn for one drill; runbook and parameters are the exploration's. */
export interface DrawnDrill {
  /** Of the drill's own chance. */
  readonly seed: number
  readonly production: ProductionKey
  /** History time of the disaster, ms. */
  readonly failureAt: number
  readonly disaster: {
    readonly kind: Scenario['disaster']['kind']
    readonly detectionMs: number
    readonly declarationMs: number
  }
  readonly faults: readonly FaultRecord[]
}

/** What drills are drawn from. */
export interface ExplorationSpace {
  /** Kinds of fault that may be drawn, in the atlas' order. */
  readonly kinds: readonly string[]
  /** Steps of the runbook, in its order. */
  readonly context: DrawContext
  /** Productions that are drilled, all of a size: a few, so that each worker lives them once. */
  readonly pool: readonly ProductionKey[]
  /** The production of a key; whoever answers remembers it. */
  readonly production: (key: ProductionKey) => Production
  /** The same drill with moments that come: whoever answers performs it. */
  readonly settled: (drill: DrawnDrill) => DrawnDrill
  /** Sizes that a counterexample may shrink to, the smallest first. */
  readonly smallerAssertions: readonly number[]
}

/** Productions of an exploration. */
const POOL_SIZE = 4
/** Seeds of productions are numbers that people read and type again. */
const SHORT_SEEDS = 1_000_000

/** The pool of an exploration, by its seed alone. */
export function pooledProductions(seed: number, assertions: number): readonly ProductionKey[] {
  const first = (seed % SHORT_SEEDS) * POOL_SIZE
  return Array.from({ length: POOL_SIZE }, (_, index) => ({ seed: first + index, assertions }))
}
