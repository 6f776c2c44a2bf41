import { onceFor } from '../checksums/index.ts'
import type { Expression, QualifiedStep, Scope } from '../runbook/qualified.ts'
import type { Json } from '../text/json.ts'
import type { RunStarted, RunState } from './state/run-state.ts'
import { templateSteps } from './template.ts'

/** What expressions see of the run itself, and what the target can do; the same at every step. */
export type RunFacts = Pick<Scope, 'params' | 'run'> & {
  readonly capabilities: readonly string[]
  readonly dryRun: boolean
}

/** Parameters and facts, from the first event and the marks of the journal. */
export function runFacts(state: RunState, started: RunStarted): RunFacts {
  const { runId, mode, environment, target, capabilities } = started
  const failure = state.marks.find((mark) => mark.name === 'failure' && mark.domain === 'history')
  return {
    capabilities,
    dryRun: started.dryRun === true,
    params: started.params,
    run: {
      id: runId,
      mode,
      environment,
      target,
      capabilities: [...capabilities],
      failureAt: failure?.at ?? null,
    },
  }
}

/** A scope with the named steps, as far as they have ended well, and nothing else: its cost does not grow with the run. */
export function scopeOf(state: RunState, facts: RunFacts, stepIds: readonly string[]): Scope {
  const views = new Map<string, Json>()
  for (const id of stepIds) {
    const index = state.graph.indexOf.get(id)
    const view = index === undefined ? null : state.steps.get(index).view
    if (view !== null) views.set(id, view)
  }
  return { params: facts.params, run: facts.run, steps: Object.fromEntries(views) }
}

/** The scope with one more step in it. */
export function withView(scope: Scope, id: string, view: Json): Scope {
  return { ...scope, steps: Object.fromEntries([...Object.entries(scope.steps), [id, view]]) }
}

/** Steps that a step's condition and input refer to. */
export const inputSteps = onceFor((step: QualifiedStep): readonly string[] => [
  ...new Set([...(step.when?.steps ?? []), ...templateSteps(step.action.with)]),
])

/** Steps that a step's captures and checks refer to. */
export const resultSteps = onceFor((step: QualifiedStep): readonly string[] => {
  const expressions: Expression[] = [...step.verify, ...step.capture.map(([, expression]) => expression)]
  return [...new Set(expressions.flatMap(({ steps }) => steps))]
})
