import type { DurationEstimate } from '../actions/index.ts'
import { OperatingError } from '../errors/index.ts'
import type { StaticStep } from '../runbook/static-steps.ts'
import type { Json } from '../text/json.ts'
import type { PlanFacts } from './facts.ts'

/** Where a duration comes from. */
export type EstimateBasis = 'authored' | 'rate' | 'action' | 'skipped'

/** A step's duration in three points. */
export interface StepDuration {
  readonly estimate: DurationEstimate
  readonly basis: EstimateBasis
  /** Bytes (or records) of a rate; null otherwise. */
  readonly size: number | null
}

const NOTHING: DurationEstimate = { bestMs: 0, likelyMs: 0, worstMs: 0 }

/** The duration of one step; a rate whose size nobody knows falls back to the action's own estimate. */
export function durationOf(
  item: StaticStep,
  params: Readonly<Record<string, Json>>,
  facts: PlanFacts,
): StepDuration {
  if (item.skipped) return { estimate: NOTHING, basis: 'skipped', size: null }
  const { estimate } = item.step
  if (estimate.kind === 'fixed') return { estimate: estimate.estimate, basis: 'authored', size: null }
  if (estimate.kind === 'rate') {
    const size = sizeOf(estimate.size, params, facts)
    if (size !== null) {
      const { best, likely, worst } = estimate.perSecond
      const points = {
        bestMs: timeMs(size, best),
        likelyMs: timeMs(size, likely),
        worstMs: timeMs(size, worst),
      }
      return { estimate: points, basis: 'rate', size }
    }
  }
  return { estimate: ordered(item.action.estimate(item.input)), basis: 'action', size: null }
}

const timeMs = (size: number, perSecond: number): number => Math.ceil((size * 1_000) / perSecond)

function sizeOf(
  expression: { evaluate(scope: never): Json },
  params: Readonly<Record<string, Json>>,
  facts: PlanFacts,
): number | null {
  try {
    const value = expression.evaluate({ params, steps: {}, run: {}, facts: { ...facts } } as never)
    return typeof value === 'number' && value >= 0 ? value : null
  } catch (error) {
    if (error instanceof OperatingError) return null
    throw error
  }
}

/** An action's own estimate, made integers in order: it may rest on a placeholder. */
function ordered({ bestMs, likelyMs, worstMs }: DurationEstimate): DurationEstimate {
  const [best = 0, likely = 0, worst = 0] = [bestMs, likelyMs, worstMs]
    .map((ms) => (Number.isFinite(ms) && ms > 0 ? Math.round(ms) : 0))
    .sort((a, b) => a - b)
  return { bestMs: best, likelyMs: likely, worstMs: worst }
}
