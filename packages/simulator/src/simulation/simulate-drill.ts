import { type JudgedRun, judgeRun, type RuntimeHooks } from '@dr-drill/runbook-core'
import { checkDrill, type DrillTruth } from '../checkers/index.ts'
import { UNIT_NAMES } from '../faults/service-names.ts'
import type { SimulatedDrill, SimulationOptions } from './options.ts'
import { armFaults, contentsBefore } from './phases/arm-faults.ts'
import { copiesBefore, gatherEvidence } from './phases/evidence.ts'
import { heal } from './phases/heal.ts'
import { strikeAndDeclare } from './phases/strike.ts'
import { reachNow, shownNow, truthOf } from './phases/truth.ts'
import { unfitHost } from './phases/unfit-host.ts'
import { SimulatedWorld } from './simulated-world.ts'

/**
 * One drill in virtual time, and the incident around it: a disaster strikes a production that was lived, people notice and declare it, the
 * runbook runs (runbook, engine, actions, evidence and judge of a real run, unchanged) while faults strike, the world heals, and the
 * verdict falls and is held against the truth.
 */
export function simulateDrill(options: SimulationOptions): SimulatedDrill {
  const { world, truth } = liveThrough(options)
  return {
    judged: truth.judged,
    checked: checkDrill(truth),
    events: world.tape.events,
    lastedMs: world.kernel.nowMs,
  }
}

/** The same, less the judgement on it: the world as it ended, and the truth about it. `hooks` see every effect of the run's processes. */
export function liveThrough(
  options: SimulationOptions,
  hooks: (world: SimulatedWorld) => RuntimeHooks = () => ({}),
): { readonly world: SimulatedWorld; readonly truth: DrillTruth } {
  const world = new SimulatedWorld(options)
  const undamagedReach = reachNow(world)
  const contents = contentsBefore(world)
  strikeAndDeclare(world)
  const declaredAt = world.kernel.nowMs
  armFaults(world, contents)
  const reachAtStart = reachNow(world)
  const shownReach = shownNow(world)
  const { shownMentioned } = world.sourceTruth
  const changedAtStart = world.sourceTruth.changed
  const before = copiesBefore(world)
  const unfit = unfitHost(world)
  world.sightings.begin(UNIT_NAMES)
  world.run.perform(hooks(world))
  const healing = heal(world)
  gatherEvidence(world, before)
  const known = {
    undamagedReach,
    reachAtStart,
    shownReach,
    shownMentioned,
    changedAtStart,
    declaredAt,
    unfit,
    ...healing,
  }
  return { world, truth: truthOf(world, judge(world), known) }
}

function judge({ options, tape }: SimulatedWorld): JudgedRun {
  const { runbook, actions, plan } = options.prepared
  return judgeRun({ record: tape.record(), runbook, actions, plan, expect: null, dryRun: false })
}
