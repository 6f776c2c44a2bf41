import { type SourceContents, strikeFault } from '../../faults/index.ts'
import { faultSite, sourceContents } from '../rooms/fault-site.ts'
import type { SimulatedWorld } from '../simulated-world.ts'

/** Looks at the source while it is whole; what throws is thrown when a fault wants to know. */
export function contentsBefore(world: SimulatedWorld): () => SourceContents {
  if (world.options.faults.length === 0) return () => sourceContents(world)
  try {
    const contents = sourceContents(world)
    return () => contents
  } catch (thrown) {
    return () => {
      throw thrown
    }
  }
}

/** Arms every fault of the drill, in their order; those that strike before the first step strike here. */
export function armFaults(world: SimulatedWorld, contents: () => SourceContents): void {
  world.options.faults.forEach((fault, index) => {
    strikeFault(fault, faultSite(world, index, fault, contents))
  })
  world.moments.happened({ at: 'start' })
}
