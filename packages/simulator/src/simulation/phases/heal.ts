import type { SimulatedWorld } from '../simulated-world.ts'

/** Long enough for every patience and every cache to have run out. */
const HEALING_MS = 2 * 3_600_000
/** A person looks at what the run said, and lets it go on. */
const RESUMED_AFTER_MS = 60_000

/**
 * The world heals: all that lasts ends, and time enough passes. A run that has not completed is then given one more chance to, as its own
 * last line asks for. Tells how much drill time that took of it, ms: nobody can recover faster than the trouble lasts.
 */
export function heal(world: SimulatedWorld): number {
  for (const mend of world.mends.splice(0)) mend()
  const { ended } = world.tape.record()
  if (ended !== null && ended.outcome === 'completed') return 0
  const from = world.kernel.nowMs
  world.processes.pass(HEALING_MS)
  const waitedMs = world.kernel.nowMs - from + RESUMED_AFTER_MS
  world.run.again(RESUMED_AFTER_MS)
  return waitedMs
}
