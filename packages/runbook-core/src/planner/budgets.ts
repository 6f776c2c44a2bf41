import { buildGraph, type Graph } from '../runbook/graph.ts'
import type { QualifiedRunbook, StepGroup } from '../runbook/qualified.ts'
import { schedule } from './schedule.ts'

/**
 * The time that the groups' budgets claim together: their longest chain where one group waits for another, their sum where groups
 * wait for each other in both directions. Groups without a budget count nothing. Null when none has one (D01).
 */
export function budgetsMs(runbook: QualifiedRunbook, graph: Graph): number | null {
  const budgeted = runbook.groups.filter((group) => group.budgetMs !== null)
  if (budgeted.length === 0) return null
  const budgetOf = (group: StepGroup | undefined) => group?.budgetMs ?? 0
  const groupOf = new Map(runbook.steps.map((step) => [step.id, step.group]))
  const nodes = runbook.groups.map((group) => ({
    id: group.id,
    needs: groupNeeds(runbook, group.id, graph, groupOf),
  }))
  const groups = buildGraph(nodes)
  if (groups.cycle !== null) return budgeted.reduce((sum, group) => sum + budgetOf(group), 0)
  const byId = new Map(runbook.groups.map((group) => [group.id, group]))
  return schedule(groups, (id) => budgetOf(byId.get(id)), groups.order).lengthMs
}

function groupNeeds(
  runbook: QualifiedRunbook,
  group: string,
  graph: Graph,
  groupOf: ReadonlyMap<string, string>,
): string[] {
  const needs = new Set<string>()
  for (const step of runbook.steps) {
    if (step.group !== group) continue
    for (const need of graph.needsOf(step.id)) needs.add(groupOf.get(need) ?? group)
  }
  needs.delete(group)
  return [...needs]
}
