import type { AuthoredRunbook, AuthoredStep, Json } from '@dr-drill/runbook-core'

/** A writing call that a mutant leaves out: the action believes that it was made. */
export interface SkippedCall {
  readonly step: string
  readonly port: string
  readonly method: string
}

/** A runbook with one mistake in it, as people make them. */
export interface Mutant {
  readonly operator: string
  /** Where, so that operator and site name one mutant of a runbook: `steps.place-files.needs[0]`. */
  readonly site: string
  /** What was changed, in words. */
  readonly detail: string
  /** Whether it still is a runbook, qualifying tells. */
  readonly runbook: AuthoredRunbook
  /** A mistake that no runbook can say but an action can make; null for all others. */
  readonly skips: SkippedCall | null
}

/** A kind of mistake. `mutants` gives one per place where it can be made. */
export interface MutationOperator {
  readonly name: string
  /** What somebody did, as a verb phrase. */
  readonly verb: string
  readonly mutants: (runbook: AuthoredRunbook) => Iterable<Mutant>
}

/** Where in a step, and how the step looks then. */
export interface StepChange {
  readonly at: string
  readonly detail: string
  readonly step: AuthoredStep
}

/** An operator that changes one step at a time. */
export function stepOperator(
  name: string,
  verb: string,
  changes: (step: AuthoredStep, runbook: AuthoredRunbook) => Iterable<StepChange>,
): MutationOperator {
  return {
    name,
    verb,
    *mutants(runbook) {
      for (const step of runbook.steps) {
        for (const { at, detail, step: changed } of changes(step, runbook)) {
          yield {
            operator: name,
            site: `steps.${step.id}${at === '' ? '' : `.${at}`}`,
            detail,
            runbook: withStep(runbook, changed),
            skips: null,
          }
        }
      }
    },
  }
}

/** The runbook with a step of that id replaced. */
export function withStep(runbook: AuthoredRunbook, changed: AuthoredStep): AuthoredRunbook {
  return { ...runbook, steps: runbook.steps.map((step) => (step.id === changed.id ? changed : step)) }
}

type AuthoredInput = NonNullable<AuthoredStep['action']['with']>

/** The step with one field of its action's input replaced; undefined takes it out. */
export function withInput(step: AuthoredStep, field: string, value: Json | undefined): AuthoredStep {
  const { [field]: _, ...rest } = step.action.with ?? {}
  const input = value === undefined ? rest : { ...rest, [field]: value }
  return { ...step, action: { ...step.action, with: input as AuthoredInput } }
}

/** A field of a step's input; undefined when the step does not have it. */
export const inputOf = (step: AuthoredStep, field: string): Json | undefined =>
  step.action.with?.[field] as Json | undefined

/** The fields of a step's input. */
export const inputsOf = (step: AuthoredStep): readonly (readonly [string, Json])[] =>
  Object.entries(step.action.with ?? {}) as [string, Json][]

/** Whether a value is a plain object. */
export const isObject = (value: Json | undefined): value is Readonly<Record<string, Json>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The list without the item at that place. */
export const without = <A>(list: readonly A[], index: number): A[] => list.filter((_, at) => at !== index)
