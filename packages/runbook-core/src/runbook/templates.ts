import { OperatingError } from '../errors/index.ts'
import type { Json } from '../text/json.ts'
import { type CompiledExpression, compileExpression, expressionSource } from './expressions/index.ts'
import type { DocumentPath, Problems } from './problems.ts'
import type { Expression, Scope, Template } from './qualified.ts'

/** Deepest nesting of an action's input. */
export const TEMPLATE_DEPTH_MAX = 32

/** Where expressions stand in a template. */
export interface PlacedExpression {
  readonly path: DocumentPath
  readonly expression: CompiledExpression
}

/**
 * Reads a JSON value as a template: text that is wholly `${ ... }` is an expression; `$${` stands for a literal `${`; `${` inside
 * other text is refused, since a joined text hides what it is made of.
 */
export function readTemplate(
  value: Json,
  path: DocumentPath,
  problems: Problems,
  found: PlacedExpression[],
): Template {
  if (typeof value === 'string') return readText(value, path, problems, found)
  if (value === null || typeof value !== 'object') return { kind: 'literal', value }
  if (path.length > TEMPLATE_DEPTH_MAX) {
    problems.add(path, `the value is nested deeper than ${TEMPLATE_DEPTH_MAX} levels`, 'Flatten it.')
    return { kind: 'literal', value: null }
  }
  if (Array.isArray(value)) {
    const items = value.map((item, index) => readTemplate(item as Json, [...path, index], problems, found))
    return { kind: 'list', items }
  }
  const entries = Object.entries(value as Readonly<Record<string, Json>>).map(
    ([key, item]) => [key, readTemplate(item, [...path, key], problems, found)] as const,
  )
  return { kind: 'object', entries }
}

function readText(text: string, path: DocumentPath, problems: Problems, found: PlacedExpression[]): Template {
  const literal: Template = { kind: 'literal', value: text.replaceAll('$${', '${') }
  const source = expressionSource(text)
  if (source === null) {
    if (text.replaceAll('$${', '').includes('${')) {
      problems.add(
        path,
        'an expression stands inside other text',
        'Make the whole value one expression, "${ ... }" (texts join with +), or write $${ for a literal ${.',
      )
    }
    return literal
  }
  const expression = problems.try(path, () => compileExpression(source))
  if (expression === null) return literal
  found.push({ path, expression })
  return { kind: 'expression', expression }
}

/** A template without expressions, from a JSON value: for builders and tests. */
export function literalTemplate(value: Json): Template {
  if (value === null || typeof value !== 'object') return { kind: 'literal', value }
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => literalTemplate(item as Json)) }
  const entries = Object.entries(value as Readonly<Record<string, Json>>)
  return { kind: 'object', entries: entries.map(([key, item]) => [key, literalTemplate(item)]) }
}

/** Builds the value of a template; `evaluate` answers for each expression. */
export function fillTemplate<A>(
  template: Template,
  evaluate: (expression: Expression, path: DocumentPath) => A,
  path: DocumentPath = [],
): A | Json {
  switch (template.kind) {
    case 'literal':
      return template.value
    case 'expression':
      return evaluate(template.expression, path)
    case 'list':
      return template.items.map((item, index) => fillTemplate(item, evaluate, [...path, index])) as A | Json
    case 'object':
      return Object.fromEntries(
        template.entries.map(([key, item]) => [key, fillTemplate(item, evaluate, [...path, key])]),
      ) as A | Json
  }
}

/**
 * The input of an action when it is about to run: every expression evaluated.
 * @throws OperatingError `input-invalid` naming the place
 */
export function resolveInput(template: Template, scope: Scope): Json {
  return fillTemplate<Json>(template, (expression, path) => {
    try {
      return expression.evaluate(scope)
    } catch (cause) {
      if (!(cause instanceof OperatingError)) throw cause
      const where = path.join('.')
      throw new OperatingError('input-invalid', `${where}: ${cause.message}`, {
        subject: where,
        hint: cause.hint,
        cause,
      })
    }
  })
}
