import type { Graph } from '../runbook/graph.ts'

/** When each step runs if every step starts as soon as its needs have ended. All in ms from the start of the run. */
export interface Schedule {
  readonly startMs: ReadonlyMap<string, number>
  readonly finishMs: ReadonlyMap<string, number>
  /** Longest path through the step, from the start to the last of `ends`; null for steps that no end waits for. */
  readonly throughMs: ReadonlyMap<string, number | null>
  /** One longest path; ties go to the step named first. */
  readonly criticalPath: readonly string[]
  readonly lengthMs: number
}

/**
 * The critical path method over fixed durations; places for steps are not limited.
 * `ends` are the steps whose end is the end of the restore.
 */
export function schedule(
  graph: Graph,
  durationMs: (id: string) => number,
  ends: readonly string[],
): Schedule {
  const startMs = new Map<string, number>()
  const finishMs = new Map<string, number>()
  for (const id of graph.order) {
    const start = latest(graph.needsOf(id), finishMs)
    startMs.set(id, start)
    finishMs.set(id, start + durationMs(id))
  }
  const tails = tailsOf(graph, durationMs, ends)
  const throughMs = new Map<string, number | null>()
  for (const id of graph.order) {
    const tail = tails.get(id)
    throughMs.set(id, tail === undefined ? null : (finishMs.get(id) ?? 0) + tail)
  }
  return {
    startMs,
    finishMs,
    throughMs,
    criticalPath: walkBack(graph, finishMs, ends),
    lengthMs: latest(ends, finishMs),
  }
}

const latest = (ids: readonly string[], at: ReadonlyMap<string, number>): number =>
  ids.reduce((most, id) => Math.max(most, at.get(id) ?? 0), 0)

/** Longest path from the end of each step to the end of the restore; absent for steps that no end waits for. */
function tailsOf(
  graph: Graph,
  durationMs: (id: string) => number,
  ends: readonly string[],
): Map<string, number> {
  const isEnd = new Set(ends)
  const tails = new Map<string, number>()
  for (const id of [...graph.order].reverse()) {
    let tail = isEnd.has(id) ? 0 : undefined
    for (const dependent of graph.dependentsOf(id)) {
      const below = tails.get(dependent)
      if (below !== undefined) tail = Math.max(tail ?? 0, durationMs(dependent) + below)
    }
    if (tail !== undefined) tails.set(id, tail)
  }
  return tails
}

function walkBack(graph: Graph, finishMs: ReadonlyMap<string, number>, ends: readonly string[]): string[] {
  const path: string[] = []
  let candidates = ends
  while (candidates.length > 0) {
    let last = candidates[0] as string
    for (const id of candidates) if ((finishMs.get(id) ?? 0) > (finishMs.get(last) ?? 0)) last = id
    path.unshift(last)
    candidates = graph.needsOf(last)
  }
  return path
}
