import type { ActionRegistry, AnyAction, DeclaredEffects, Trait } from '../actions/index.ts'
import { OperatingError } from '../errors/index.ts'
import type { Json } from '../text/json.ts'
import type { DocumentPath } from './problems.ts'
import type { QualifiedRunbook, QualifiedStep, Template } from './qualified.ts'
import { sampleOf, schemasAt, withDefaults } from './schema-walk.ts'
import { fillTemplate } from './templates.ts'

/** A step as it can be read before anything runs. */
export interface StaticStep {
  readonly step: QualifiedStep
  readonly action: AnyAction
  readonly traits: ReadonlySet<Trait>
  /** Its input with parameters filled in; what only the run knows is a placeholder of the right type, texts as `${ source }`. */
  readonly input: Json
  /** Declared for that input. Null when they cannot be told before the run. */
  readonly effects: DeclaredEffects | null
  /** Its condition is false whatever the run finds. */
  readonly skipped: boolean
  /** Steps whose output its input, condition or checks read. */
  readonly readsSteps: ReadonlySet<string>
}

/**
 * Reads every step of a qualified runbook statically, in authored order: for planner and linter. Actions' `effects` and `estimate`
 * see placeholders of the right type.
 * @throws OperatingError `input-invalid` for a kind that the registry lacks (qualified against another one)
 */
export function readStatically(runbook: QualifiedRunbook, registry: ActionRegistry): readonly StaticStep[] {
  const params = Object.fromEntries(runbook.parameters.map(({ name, value }) => [name, value]))
  return runbook.steps.map((step) => {
    const action = registry.get(step.action.kind)
    if (action === null) throw new OperatingError('input-invalid', `there is no action "${step.action.kind}"`)
    const input = staticInput(step.action.with, action, params)
    return {
      step,
      action,
      traits: new Set(action.traits),
      input,
      effects: guess(() => action.effects(input)),
      skipped:
        step.when !== null && guess(() => step.when?.evaluate({ params, steps: {}, run: {} })) === false,
      readsSteps: readsOf(step),
    }
  })
}

function staticInput(template: Template, action: AnyAction, params: Readonly<Record<string, Json>>): Json {
  const filled = fillTemplate<Json>(template, (expression, path) => {
    const known = guess(() => expression.evaluate({ params, steps: {}, run: {} }))
    return known ?? sampleAt(action, path, expression.source)
  })
  const parsed = guess(() => action.input.safeParse(filled))
  return parsed?.success === true ? (parsed.data as Json) : withDefaults(action.input, filled)
}

function sampleAt(action: AnyAction, path: DocumentPath, source: string): Json {
  return sampleOf(schemasAt(action.input, path)[0], `\${ ${source} }`)
}

/** Null instead of a throw: placeholders may be more than a declaration copes with. */
function guess<A>(read: () => A): A | null {
  try {
    return read()
  } catch {
    return null
  }
}

function readsOf(step: QualifiedStep): ReadonlySet<string> {
  const found = new Set<string>([...(step.when?.steps ?? []), ...step.verify.flatMap((item) => item.steps)])
  fillTemplate<null>(step.action.with, (expression) => {
    for (const id of expression.steps) found.add(id)
    return null
  })
  found.delete(step.id)
  return found
}

/** Every text in a JSON value with its path, in order. */
export function* textsOf(value: Json, path: DocumentPath = []): Generator<readonly [DocumentPath, string]> {
  if (typeof value === 'string') yield [path, value]
  if (value === null || typeof value !== 'object') return
  for (const [key, item] of Object.entries(value)) {
    yield* textsOf(item as Json, [...path, Array.isArray(value) ? Number(key) : key])
  }
}
