import type { FaultRecord } from '@dr-drill/runbook-core'
import {
  type Domain,
  type DrawContext,
  type DrawnStep,
  drawMomentOf,
  faultKind,
  readFault,
  stepsAmong,
} from '../faults/index.ts'
import { RandomStream } from '../kernel/index.ts'
import type { DrawnDrill } from './drawn-drill.ts'
import type { ExploredDrill } from './explore-runs.ts'

/**
 * A drill all of whose faults strike. It is performed; where a moment never came since the run had ended before, or had nothing there
 * that the fault could meet, another one is drawn in the steps that the run did reach. A fault that does not strike then either is left
 * out: nothing had met it. Chance comes from the drill's own seed, so the same draw always settles to the same drill.
 */
export function settleDrill(
  drill: DrawnDrill,
  context: DrawContext,
  perform: (drill: DrawnDrill) => ExploredDrill,
): DrawnDrill {
  const performed = performedOrNull(drill, perform)
  if (performed === null || struckAll(performed)) return drill
  const random = RandomStream.fromSeed(drill.seed).split('drill/settle')
  const steps = reached(performed, context)
  const again = drill.faults.flatMap((fault, place) =>
    performed.faults[place]?.fired === true ? [fault] : sooner(fault, steps, random.split(`fault/${place}`)),
  )
  const other = { ...drill, faults: again }
  const repeated = performedOrNull(other, perform)
  if (repeated === null) return drill
  return struckAll(repeated)
    ? other
    : { ...other, faults: again.filter((_, at) => repeated.faults[at]?.fired) }
}

const struckAll = ({ faults }: ExploredDrill): boolean => faults.every(({ fired }) => fired)

/** Whoever performs it next will meet the same defect, and say so. */
function performedOrNull(
  drill: DrawnDrill,
  perform: (drill: DrawnDrill) => ExploredDrill,
): ExploredDrill | null {
  try {
    return perform(drill)
  } catch {
    return null
  }
}

/** The steps that began in a run. */
function reached({ events }: ExploredDrill, { steps }: DrawContext): readonly DrawnStep[] {
  const begun = new Set(events.flatMap(({ event }) => (event.type === 'step-started' ? [event.step] : [])))
  return steps.filter(({ id }) => begun.has(id))
}

/** The same fault at a moment of one of these steps; none, where nobody can say when it strikes. */
function sooner(
  fault: FaultRecord,
  steps: readonly DrawnStep[],
  random: RandomStream,
): readonly FaultRecord[] {
  const domains = Object.entries(faultKind(fault.kind).domains as Readonly<Record<string, Domain>>)
  for (const [name, domain] of domains) {
    if (domain.type !== 'moment' && domain.type !== 'step') continue
    const among = stepsAmong({ steps }, domain.among)
    if (among.length === 0) return []
    const step = random.pick(among)
    const moment = domain.type === 'step' ? step.id : drawMomentOf(step, random)
    return [readFault({ ...fault, with: { ...fault.with, [name]: moment } })]
  }
  return []
}
