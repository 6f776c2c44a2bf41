import type { DurationEstimate } from '../actions/index.ts'
import type { Graph } from '../runbook/graph.ts'

/** What a thousand imagined restores say. */
export interface Forecast {
  readonly draws: number
  readonly p50Ms: number
  readonly p95Ms: number
  /** Whole per cent of draws that held the RTO, rounded down. */
  readonly withinRtoPercent: number
}

/** One source of chance: a uniform integer in [0, 2^32). Seeded by whoever plans, so that a plan can be repeated. */
export type Uint32 = () => number

/** Draws when nobody says how many: P95 is then stable to about 1 %. */
export const FORECAST_DRAWS = 2_000

/**
 * A duration between best and worst with median `likely`: the mean of two uniform draws, stretched on each side (basic arithmetic
 * only, so that every runtime gives the same).
 */
export function drawDuration({ bestMs, likelyMs, worstMs }: DurationEstimate, random: Uint32): number {
  // 33-bit integer sum: 0 .. 2^33 - 2, symmetric around 2^32 - 1.
  const sum = random() + random()
  const middle = 0xffff_ffff
  if (sum <= middle) return Math.round(bestMs + ((likelyMs - bestMs) * sum) / middle)
  return Math.round(likelyMs + ((worstMs - likelyMs) * (sum - middle)) / middle)
}

/** Forecasts the end of the restore by drawing every step's duration, `draws` times. */
export function forecast(
  graph: Graph,
  estimateOf: (id: string) => DurationEstimate,
  ends: readonly string[],
  options: { readonly rtoMs: number; readonly random: Uint32; readonly draws?: number },
): Forecast {
  const draws = options.draws ?? FORECAST_DRAWS
  const position = new Map(graph.order.map((id, index) => [id, index]))
  const needs = graph.order.map((id) => graph.needsOf(id).map((need) => position.get(need) ?? 0))
  const estimates = graph.order.map(estimateOf)
  const endPositions = ends.map((id) => position.get(id) ?? 0)
  const finish = new Array<number>(graph.order.length).fill(0)
  const totals: number[] = []
  for (let draw = 0; draw < draws; draw += 1) {
    for (let index = 0; index < estimates.length; index += 1) {
      let start = 0
      for (const need of needs[index] ?? []) start = Math.max(start, finish[need] ?? 0)
      finish[index] = start + drawDuration(estimates[index] as DurationEstimate, options.random)
    }
    totals.push(endPositions.reduce((most, end) => Math.max(most, finish[end] ?? 0), 0))
  }
  totals.sort((a, b) => a - b)
  const held = totals.filter((ms) => ms <= options.rtoMs).length
  return {
    draws,
    p50Ms: percentile(totals, 50),
    p95Ms: percentile(totals, 95),
    withinRtoPercent: Math.floor((held * 100) / draws),
  }
}

/** Nearest rank of sorted values. */
function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0
}
