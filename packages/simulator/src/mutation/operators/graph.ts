import type { AuthoredRunbook, AuthoredStep } from '@dr-drill/runbook-core'
import { type MutationOperator, stepOperator, without } from '../mutant.ts'

/** Every step that another's needs may be taken from. */
const needsOf = (step: AuthoredStep): readonly string[] => step.needs ?? []

/** A step is forgotten; what needed it needs what it had needed, and whatever the checklist said of it is gone. */
export const dropStep: MutationOperator = {
  name: 'drop-step',
  verb: 'forget a step',
  *mutants(runbook) {
    for (const { id, title, needs = [] } of runbook.steps) {
      const steps = runbook.steps
        .filter((step) => step.id !== id)
        .map((step) =>
          needsOf(step).includes(id)
            ? { ...step, needs: [...new Set([...needsOf(step).filter((need) => need !== id), ...needs])] }
            : step,
        )
      yield {
        operator: 'drop-step',
        site: `steps.${id}`,
        detail: `left out "${title}"`,
        runbook: { ...runbook, steps, ...checklistWithout(runbook, id) },
        skips: null,
      }
    }
  },
}

function checklistWithout(runbook: AuthoredRunbook, id: string): Pick<AuthoredRunbook, 'checklist'> {
  const checklist = (runbook.checklist ?? [])
    .map((item) => ({ ...item, steps: item.steps.filter((step) => step !== id) }))
    .filter(({ steps }) => steps.length > 0)
  return { checklist }
}

/** True when a step waits for another by way of its other needs, too: then that need says nothing of its own. */
function isImplied(runbook: AuthoredRunbook, step: AuthoredStep, need: string): boolean {
  const reached = new Set<string>()
  const pending = needsOf(step).filter((other) => other !== need)
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (reached.has(id)) continue
    reached.add(id)
    const found = runbook.steps.find((one) => one.id === id)
    if (found !== undefined) pending.push(...needsOf(found))
  }
  return reached.has(need)
}

/** One step no longer waits for another. A need that its other needs imply is no wait: without it the graph is the same. */
export const dropNeed = stepOperator(
  'drop-need',
  'start a step without waiting for one it needs',
  function* (step, runbook) {
    for (const [index, need] of needsOf(step).entries()) {
      if (isImplied(runbook, step, need)) continue
      yield {
        at: `needs[${index}]`,
        detail: `${step.id} no longer waits for ${need}`,
        step: { ...step, needs: without(needsOf(step), index) },
      }
    }
  },
)

/** Two steps that follow each other change places. */
export const swapSteps: MutationOperator = {
  name: 'swap-steps',
  verb: 'do two steps in the wrong order',
  *mutants(runbook) {
    for (const later of runbook.steps) {
      for (const id of needsOf(later)) {
        const earlier = runbook.steps.find((step) => step.id === id)
        if (earlier === undefined) continue
        yield {
          operator: 'swap-steps',
          site: `steps.${later.id}.needs.${id}`,
          detail: `${later.id} before ${id}`,
          runbook: { ...runbook, steps: swapped(runbook.steps, earlier, later) },
          skips: null,
        }
      }
    }
  },
}

/** `later` takes the place of `earlier` in the order; what waited for `later` waits for `earlier` now. */
function swapped(steps: readonly AuthoredStep[], earlier: AuthoredStep, later: AuthoredStep): AuthoredStep[] {
  return steps.map((step) => {
    if (step.id === later.id) {
      const others = needsOf(later).filter((need) => need !== earlier.id)
      return { ...later, needs: [...new Set([...needsOf(earlier), ...others])] }
    }
    if (step.id === earlier.id) return { ...earlier, needs: [later.id] }
    if (!needsOf(step).includes(later.id)) return step
    return { ...step, needs: needsOf(step).map((need) => (need === later.id ? earlier.id : need)) }
  })
}
