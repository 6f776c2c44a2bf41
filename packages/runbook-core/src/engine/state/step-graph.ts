import { onceFor } from '../../checksums/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { buildGraph } from '../../runbook/graph.ts'
import type { QualifiedRunbook, QualifiedStep } from '../../runbook/qualified.ts'

/** A runbook's steps by index, with the edges of `needs` in both directions. */
export interface StepGraph {
  readonly runbook: QualifiedRunbook
  readonly steps: readonly QualifiedStep[]
  readonly indexOf: ReadonlyMap<string, number>
  readonly needs: readonly (readonly number[])[]
  readonly dependents: readonly (readonly number[])[]
}

/** @throws OperatingError `input-invalid` for a step that is named twice, needs an unknown one, or waits for itself */
export const stepGraph = onceFor((runbook: QualifiedRunbook): StepGraph => {
  const indexOf = new Map<string, number>()
  for (const [index, step] of runbook.steps.entries()) {
    if (indexOf.has(step.id)) throw new OperatingError('input-invalid', `two steps are named ${step.id}`)
    indexOf.set(step.id, index)
  }
  const dependents: number[][] = runbook.steps.map(() => [])
  const needs = runbook.steps.map((step, index) => {
    const own = new Set<number>()
    for (const id of step.needs) {
      const need = indexOf.get(id)
      if (need === undefined) {
        throw new OperatingError('input-invalid', `step ${step.id} needs ${id}, which does not exist`)
      }
      own.add(need)
    }
    for (const need of own) dependents[need]?.push(index)
    return [...own]
  })
  const { cycle } = buildGraph(runbook.steps)
  if (cycle !== null) {
    throw new OperatingError('input-invalid', `steps wait for each other: ${cycle.join(' needs ')}`)
  }
  return { runbook, steps: runbook.steps, indexOf, needs, dependents }
})

/** The steps and all that rest on them, directly or not. */
export const withDescendants = ({ dependents }: StepGraph, roots: Iterable<number>): ReadonlySet<number> =>
  reachable(dependents, roots)

/** The steps and all that they rest on, directly or not. */
export const withAncestors = ({ needs }: StepGraph, roots: Iterable<number>): ReadonlySet<number> =>
  reachable(needs, roots)

function reachable(edges: readonly (readonly number[])[], roots: Iterable<number>): ReadonlySet<number> {
  const found = new Set<number>()
  const open = [...roots]
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (found.has(index)) continue
    found.add(index)
    open.push(...(edges[index] ?? []))
  }
  return found
}
