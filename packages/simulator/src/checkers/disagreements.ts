import type { InvariantId, InvariantResult } from '@dr-drill/runbook-core'
import type { DrillTruth } from './truth/drill-truth.ts'

/** Judged by other rules on purpose: the world excuses what faults cost, a run does not know of them. */
const EXCUSED: ReadonlySet<InvariantId> = new Set(['I1', 'I2'])

/**
 * Where the run's own judgement of an invariant and the world's contradict each other: one says held, the other violated. Either way what
 * the run says is not true.
 */
export function disagreements(truth: DrillTruth, found: readonly InvariantResult[]): readonly string[] {
  const own = new Map(truth.judged.invariants.map((result) => [result.id, result]))
  return found.flatMap(({ id, name, status, detail }) => {
    const said = own.get(id)
    if (said === undefined || id === 'I7') return []
    const isFalseComfort = said.status === 'held' && status === 'violated'
    // A run cannot tell what others did to the source meanwhile from what it did itself, and says so.
    const isNotItsDoing = id === 'I6' && truth.sourceChangedMeanwhile
    const isFalseAlarm = said.status === 'violated' && status === 'held' && !EXCUSED.has(id) && !isNotItsDoing
    if (!isFalseComfort && !isFalseAlarm) return []
    if (isFalseComfort && EXCUSED.has(id)) return [`the run says that ${id} ${name} held; in truth ${detail}`]
    return [`the run says that ${id} ${name} is ${said.status}; in truth ${detail}`]
  })
}
