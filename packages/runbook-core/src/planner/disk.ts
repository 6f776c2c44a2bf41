import type { Graph } from '../runbook/graph.ts'
import type { StaticStep } from '../runbook/static-steps.ts'

/** Most bytes that the restore has on the target's disk at one time. */
export interface PeakDisk {
  /** Null when the size of something fetched is not known. */
  readonly peakBytes: number | null
  /** The step at which the peak may be reached. */
  readonly at: string | null
  readonly freeBytes: number | null
  /** Null when either is unknown. */
  readonly fits: boolean | null
  /** Fetching steps whose size is not known: no rate estimate, or no fact for it. */
  readonly unknown: readonly string[]
}

/**
 * An upper bound for any order the engine may choose: at a step, everything lies on the disk that is not made by its descendants.
 * Only fetching adds bytes: placing renames on the same device. The size is that of the step's rate estimate.
 */
export function peakDisk(
  steps: readonly StaticStep[],
  graph: Graph,
  sizeOf: (id: string) => number | null,
  freeBytes: number | null,
): PeakDisk {
  const fetching = steps.filter((item) => item.traits.has('fetches') && !item.skipped)
  const unknown = fetching.filter((item) => sizeOf(item.step.id) === null).map((item) => item.step.id)
  let peakBytes = 0
  let at: string | null = null
  for (const { step } of fetching) {
    const later = graph.descendantsOf(step.id)
    const bytes = fetching.reduce(
      (sum, item) => (later.has(item.step.id) ? sum : sum + (sizeOf(item.step.id) ?? 0)),
      0,
    )
    if (bytes > peakBytes) [peakBytes, at] = [bytes, step.id]
  }
  const peak = unknown.length === 0 ? peakBytes : null
  return {
    peakBytes: peak,
    at,
    freeBytes,
    fits: peak === null || freeBytes === null ? null : peak <= freeBytes,
    unknown,
  }
}
