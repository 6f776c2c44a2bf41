/** A node and what must have ended before it. Names in `needs` that are not nodes are ignored: `qualify` reports them. */
export interface GraphNode {
  readonly id: string
  readonly needs: readonly string[]
}

/**
 * The graph of a runbook. Since a step waits for *all* that it needs, its ancestors are exactly the steps that have ended whenever
 * it starts: "X cannot run before Y" is "Y is an ancestor of X".
 */
export interface Graph {
  /** Every node after all it needs; nodes that are free at the same time in authored order. Empty when there is a cycle. */
  readonly order: readonly string[]
  /** A cycle as ids, first = last, each needing the next; null when there is none. */
  readonly cycle: readonly string[] | null
  needsOf(id: string): readonly string[]
  /** Nodes that need this one directly, in authored order. */
  dependentsOf(id: string): readonly string[]
  /** Everything that must have ended before the node starts, without itself. */
  ancestorsOf(id: string): ReadonlySet<string>
  /** True when `earlier` has ended whenever `later` starts: every way to `later` passes it. Remembers nothing. */
  isBefore(earlier: string, later: string): boolean
  /** Everything that waits for the node, without itself. */
  descendantsOf(id: string): ReadonlySet<string>
}

/** Builds a graph; never throws, whatever the edges. Linear in nodes and edges; ancestor sets are made when asked for. */
export function buildGraph(nodes: readonly GraphNode[]): Graph {
  const known = new Set(nodes.map((node) => node.id))
  const needs = new Map<string, readonly string[]>()
  const dependents = new Map<string, string[]>(nodes.map((node) => [node.id, []]))
  for (const node of nodes) {
    const present = [...new Set(node.needs)].filter((id) => known.has(id))
    needs.set(node.id, present)
    for (const id of present) dependents.get(id)?.push(node.id)
  }
  const needsOf = (id: string) => needs.get(id) ?? []
  const dependentsOf = (id: string) => dependents.get(id) ?? []
  const order = topologicalOrder(nodes, needsOf, dependentsOf)
  const cycle = order.length === needs.size ? null : findCycle(nodes, new Set(order), needsOf)
  return {
    order: cycle === null ? order : [],
    cycle,
    needsOf,
    dependentsOf,
    ancestorsOf: remembered((id) => reach(id, needsOf)),
    isBefore: (earlier, later) => reaches(later, earlier, needsOf),
    descendantsOf: remembered((id) => reach(id, dependentsOf)),
  }
}

/** Kahn's algorithm by generations, each in authored order: the same file gives the same order. */
function topologicalOrder(
  nodes: readonly GraphNode[],
  needsOf: (id: string) => readonly string[],
  dependentsOf: (id: string) => readonly string[],
): string[] {
  const position = new Map(nodes.map((node, index) => [node.id, index]))
  const waiting = new Map(nodes.map((node) => [node.id, needsOf(node.id).length]))
  let free = nodes.filter((node) => waiting.get(node.id) === 0).map((node) => node.id)
  free = [...new Set(free)]
  const order: string[] = []
  while (free.length > 0) {
    const next: string[] = []
    for (const id of free) {
      order.push(id)
      for (const dependent of dependentsOf(id)) {
        const left = (waiting.get(dependent) ?? 0) - 1
        waiting.set(dependent, left)
        if (left === 0) next.push(dependent)
      }
    }
    free = next.sort((a, b) => (position.get(a) ?? 0) - (position.get(b) ?? 0))
  }
  return order
}

/** Follows needs among the nodes that never became free until one is met again. */
function findCycle(
  nodes: readonly GraphNode[],
  ordered: ReadonlySet<string>,
  needsOf: (id: string) => readonly string[],
): readonly string[] {
  const start = nodes.find((node) => !ordered.has(node.id))?.id ?? ''
  const seen = new Map<string, number>()
  const path: string[] = []
  let at = start
  while (!seen.has(at)) {
    seen.set(at, path.length)
    path.push(at)
    at = needsOf(at).find((id) => !ordered.has(id)) ?? at
  }
  return [...path.slice(seen.get(at)), at]
}

function reach(start: string, next: (id: string) => readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>()
  const stack = [...next(start)]
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    stack.push(...next(id))
  }
  return seen
}

function reaches(start: string, wanted: string, next: (id: string) => readonly string[]): boolean {
  const seen = new Set<string>()
  const stack = [...next(start)]
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (id === wanted) return true
    if (seen.has(id)) continue
    seen.add(id)
    stack.push(...next(id))
  }
  return false
}

function remembered(make: (id: string) => ReadonlySet<string>): (id: string) => ReadonlySet<string> {
  const made = new Map<string, ReadonlySet<string>>()
  return (id) => {
    const known = made.get(id)
    if (known !== undefined) return known
    const fresh = make(id)
    made.set(id, fresh)
    return fresh
  }
}
