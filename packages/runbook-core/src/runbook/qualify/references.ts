import { didYouMean } from '../../text/did-you-mean.ts'
import type { CompiledExpression, Reference } from '../expressions/index.ts'
import type { DocumentPath, Problems } from '../problems.ts'

/** Facts of a run that expressions may read. */
export const RUN_FACTS = ['id', 'mode', 'environment', 'target', 'capabilities', 'failureAt'] as const

/** Facts that estimates may read; null at plan time when nobody measured them. */
export const PLAN_FACTS = ['backupBytes', 'logBytes', 'records'] as const

/** What surrounds an expression. */
export interface ReferenceRules {
  readonly params: ReadonlySet<string>
  /** Every step's id. */
  readonly steps: ReadonlySet<string>
  /** Whether a step has certainly ended when the expression is evaluated. */
  readonly hasEnded: (step: string) => boolean
  /** Names below `steps.ID.`; null when they are not known. */
  readonly fieldsOf: (step: string) => readonly string[] | null
  /** The step the expression belongs to. */
  readonly of: string
  readonly facts: boolean
}

/** Checks that parameters exist. False after a problem was added. */
export function checkParameterNames(
  expression: CompiledExpression,
  known: ReadonlySet<string>,
  path: DocumentPath,
  problems: Problems,
): boolean {
  const unknown = expression.params.filter((name) => !known.has(name))
  for (const name of unknown) {
    problems.add(path, `"${expression.source}" reads the parameter "${name}", which is not declared`, () =>
      didYouMean(name, known),
    )
  }
  return unknown.length === 0
}

/** Checks that everything an expression reads exists when it is evaluated. */
export function checkReferences(
  expression: CompiledExpression,
  rules: ReferenceRules,
  path: DocumentPath,
  problems: Problems,
): void {
  checkParameterNames(expression, rules.params, path, problems)
  for (const reference of expression.references) {
    if (reference.root === 'steps') checkStep(reference, rules, path, problems)
    if (reference.root === 'run') checkFact(reference, RUN_FACTS, path, problems)
    if (reference.root === 'facts') {
      if (rules.facts) checkFact(reference, PLAN_FACTS, path, problems)
      else problems.add(path, 'facts are read in estimates only', 'Read a step that measures it.')
    }
  }
}

function checkFact(
  reference: Reference,
  known: readonly string[],
  path: DocumentPath,
  problems: Problems,
): void {
  if (known.includes(reference.name)) return
  problems.add(path, `there is no "${reference.root}.${reference.name}"`, () =>
    didYouMean(reference.name, known),
  )
}

function checkStep(
  { name, field }: Reference,
  rules: ReferenceRules,
  path: DocumentPath,
  problems: Problems,
): void {
  if (!rules.steps.has(name)) {
    problems.add(path, `there is no step "${name}"`, () => didYouMean(name, rules.steps))
    return
  }
  if (!rules.hasEnded(name)) {
    const self = name === rules.of
    problems.add(
      path,
      self
        ? `"${name}" reads itself before it has ended`
        : `step "${name}" need not have ended before "${rules.of}"`,
      self
        ? 'Only verify and capture see the own step.'
        : `Add "${name}" to needs, directly or through another step.`,
    )
    return
  }
  const fields = field === null ? null : rules.fieldsOf(name)
  if (field === null || fields === null || fields.includes(field)) return
  problems.add(path, `step "${name}" gives no "${field}"`, () => didYouMean(field, fields))
}
