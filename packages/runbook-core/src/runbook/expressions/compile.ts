import { OperatingError } from '../../errors/index.ts'
import { didYouMean } from '../../text/did-you-mean.ts'
import type { Json } from '../../text/json.ts'
import type { Expression, Scope } from '../qualified.ts'
import { cel, EXPRESSION_LENGTH_MAX, ROOTS, type Root } from './cel.ts'
import { type CheckedTree, checkTree, type Reference, type Tree } from './check-tree.ts'
import { ExpressionProblem, expressionError } from './problem.ts'
import { type Budget, EXPRESSION_VALUES_MAX, fromCel, toCel } from './values.ts'

/** An expression together with every value it reads. */
export interface CompiledExpression extends Expression {
  readonly references: readonly Reference[]
}

/** Takes `${ text }` apart; null when the text is not wholly that. */
export function expressionSource(text: string): string | null {
  const trimmed = text.trim()
  if (!trimmed.startsWith('${') || !trimmed.endsWith('}')) return null
  return trimmed.slice(2, -1).trim()
}

/**
 * Parses and checks an expression: a subset of CEL that neither reads a clock or a time zone nor can take long.
 * @throws OperatingError `input-invalid`
 */
export function compileExpression(source: string): CompiledExpression {
  try {
    if (source.length > EXPRESSION_LENGTH_MAX) {
      throw new ExpressionProblem(
        `it is longer than ${EXPRESSION_LENGTH_MAX} characters`,
        'Split it: capture parts in steps.',
      )
    }
    const program = cel.parse(source)
    const tree = checkTree(program.ast as unknown as Tree)
    const types = program.check()
    if (!types.valid) throw types.error
    return compiled(source, tree, (context) => program(context))
  } catch (thrown) {
    throw expressionError(source, thrown)
  }
}

function compiled(
  source: string,
  tree: CheckedTree,
  program: (context: Record<string, unknown>) => unknown,
): CompiledExpression {
  const namesOf = (root: Root) => [
    ...new Set(tree.references.filter((item) => item.root === root).map((item) => item.name)),
  ]
  return {
    source,
    references: tree.references,
    steps: namesOf('steps'),
    params: namesOf('params'),
    evaluate(scope) {
      try {
        if (tree.path !== null) return followPath(tree.path, tree.references, scope)
        const budget = { left: EXPRESSION_VALUES_MAX }
        return fromCel(program(contextOf(tree.references, scope, budget)), { left: EXPRESSION_VALUES_MAX })
      } catch (thrown) {
        throw expressionError(source, thrown)
      }
    },
  }
}

/** The named value below a root. @throws OperatingError when the scope lacks it */
function lookUp(reference: Reference, scope: Scope): Json {
  const values = scope[reference.root] ?? {}
  if (Object.hasOwn(values, reference.name)) return values[reference.name] as Json
  const what =
    reference.root === 'steps' ? 'no step has ended that is' : `there is no ${reference.root} value`
  throw new OperatingError('input-invalid', `${what} called "${reference.name}"`, {
    hint: didYouMean(reference.name, Object.keys(values)),
  })
}

/** A plain path is followed in place, whatever the size of what it leads to: lists pass from step to step whole. */
function followPath(path: readonly string[], references: readonly Reference[], scope: Scope): Json {
  const [reference] = references
  if (reference === undefined) throw new ExpressionProblem('it reads nothing')
  let value = lookUp(reference, scope)
  for (const [depth, name] of path.entries()) {
    if (depth < 2) continue
    if (value === null || typeof value !== 'object' || Array.isArray(value) || !Object.hasOwn(value, name)) {
      const names =
        value === null || typeof value !== 'object' || Array.isArray(value) ? [] : Object.keys(value)
      throw new ExpressionProblem(
        `there is no "${name}" in ${path.slice(0, depth).join('.')}`,
        didYouMean(name, names),
      )
    }
    value = (value as Readonly<Record<string, Json>>)[name] as Json
  }
  return value
}

/** Only what is referred to is converted. */
function contextOf(references: readonly Reference[], scope: Scope, budget: Budget): Record<string, unknown> {
  const context: Record<string, Map<string, unknown>> = {}
  for (const root of ROOTS) context[root] = new Map()
  const whole = new Set(
    references.filter((item) => item.field === null).map((item) => `${item.root}.${item.written}`),
  )
  for (const reference of references) {
    const values = context[reference.root] as Map<string, unknown>
    const value = lookUp(reference, scope)
    const isRecord = value !== null && typeof value === 'object' && !Array.isArray(value)
    if (whole.has(`${reference.root}.${reference.written}`) || reference.field === null || !isRecord) {
      if (!values.has(reference.written)) values.set(reference.written, toCel(value, budget))
      continue
    }
    const record = (values.get(reference.written) as Map<string, unknown>) ?? new Map<string, unknown>()
    values.set(reference.written, record)
    if (Object.hasOwn(value, reference.field) && !record.has(reference.field)) {
      record.set(
        reference.field,
        toCel((value as Readonly<Record<string, Json>>)[reference.field] as Json, budget),
      )
    }
  }
  return context
}
