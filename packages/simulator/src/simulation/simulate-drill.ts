import { type JudgedRun, judgeRun } from '@dr-drill/runbook-core'
import type { SimulatedDrill, SimulationOptions } from './options.ts'
import { copiesBefore, gatherEvidence } from './phases/evidence.ts'
import { SimulatedWorld } from './simulated-world.ts'

/**
 * One drill in virtual time: the runbook, engine, actions, evidence and judge of a real run, unchanged, over simulated machines. What
 * differs from a real run is who implements the ports.
 */
export function simulateDrill(options: SimulationOptions): SimulatedDrill {
  const world = new SimulatedWorld(options)
  const before = copiesBefore(world)
  world.run.perform()
  gatherEvidence(world, options, before)
  return { judged: judged(world, options), events: world.tape.events, lastedMs: world.kernel.nowMs }
}

function judged(world: SimulatedWorld, options: SimulationOptions): JudgedRun {
  const { runbook, actions, plan } = options.prepared
  return judgeRun({ record: world.tape.record(), runbook, actions, plan, expect: null, dryRun: false })
}
