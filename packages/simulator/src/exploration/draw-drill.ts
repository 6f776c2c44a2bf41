import { invariant } from '@dr-drill/runbook-core'
import { drawFault } from '../faults/index.ts'
import { RandomStream } from '../kernel/index.ts'
import { DISASTERS, drawDelays, drawFailureAt } from '../scenario/index.ts'
import type { DrawnDrill, ExplorationSpace } from './drawn-drill.ts'

/** Faults at once: one as often as two and three together, and none now and then. */
const FAULT_COUNTS = [0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3] as const

/** The seed of one run: a function of the exploration's seed and the run's index, never of who performs it. */
export function runSeed(seed: number, index: number): number {
  return RandomStream.fromSeed(seed).split(`run/${index}`).uint32() >>> 1
}

/**
 * Draws one drill. Swarm selection: first a random subset of the kinds is enabled for this run, then its faults are drawn from that
 * subset: what would hide behind frequent kinds gets runs of its own.
 */
export function drawDrill(seed: number, space: ExplorationSpace): DrawnDrill {
  const random = RandomStream.fromSeed(seed).split('drill')
  const production = random.split('production').pick(space.pool)
  return {
    seed,
    production,
    failureAt: drawFailureAt(seed, space.production(production)),
    disaster: { kind: random.split('disaster').pick(DISASTERS), ...drawDelays(seed) },
    faults: drawFaults(random.split('faults'), space),
  }
}

function drawFaults(random: RandomStream, space: ExplorationSpace): DrawnDrill['faults'] {
  const { kinds, context } = space
  invariant(kinds.length > 0, 'an exploration has kinds of faults to draw from')
  const swarm = random.split('swarm')
  const drawn = kinds.filter(() => swarm.chance(1, 2))
  const enabled = drawn.length > 0 ? drawn : [swarm.pick(kinds)]
  const count = random.pick(FAULT_COUNTS)
  return Array.from({ length: count }, (_, place) => {
    const own = random.split(`fault/${place}`)
    return drawFault(own.pick(enabled), own.split('parameters'), context)
  })
}
