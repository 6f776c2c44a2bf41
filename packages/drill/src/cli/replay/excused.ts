import type { JudgedRun } from '@dr-drill/runbook-core'
import { excusedBy } from '@dr-drill/simulator'

/**
 * Invariants that a run says were violated, less what the faults that fired excuse: time (I1) and loss (I2) are violated only beyond
 * objective or derived worst case plus that. `lagMs`: what the disaster itself kept from the source.
 */
export function violatedBeyondExcuse(judged: JudgedRun, lagMs: number): readonly string[] {
  const violated = judged.invariants.filter(({ status }) => status === 'violated').map(({ id }) => id)
  const { delayMs, lossMs } = excusedBy(judged.faults.filter(({ fired }) => fired))
  const { rto, rpo } = judged.objectives
  const lost = rpo.lossWindowMs ?? rpo.recoveryPointAgeMs
  const excused: Readonly<Record<string, boolean>> = {
    I1: within(rto.measuredMs, rto.targetMs, delayMs),
    I2: within(lost, rpo.derivedWorstCaseMs ?? 0, lossMs === null ? null : lossMs + lagMs),
  }
  return violated.filter((id) => excused[id] !== true)
}

/** A null excuse knows no bound. */
const within = (value: number | null, bound: number, excuse: number | null): boolean =>
  excuse === null || (value !== null && value <= bound + excuse)
