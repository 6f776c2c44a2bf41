import { overwriteNewest } from '../incident/disaster.ts'
import type { SimulatedWorld } from '../simulated-world.ts'

/** The disaster strikes, is noticed and declared. */
export function strikeAndDeclare(world: SimulatedWorld): void {
  const { disaster, failureAt } = world.options
  if (disaster.kind === 'ransomware') {
    overwriteNewest(world.stores.source, failureAt, world.random('disaster/ransomware'))
  }
  world.processes.pass(disaster.detectionMs + disaster.declarationMs)
}
