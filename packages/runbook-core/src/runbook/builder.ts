import type { z } from 'zod'
import type { ActionDefinition } from '../actions/index.ts'
import type { Json } from '../text/json.ts'
import {
  type AuthoredRunbook,
  type AuthoredStep,
  authoredRunbook,
  RUNBOOK_SCHEMA_VERSION,
} from './authored.ts'
import { InvalidDocumentError, Problems } from './problems.ts'
import { addShapeProblems } from './shape.ts'

/** A text that is wholly an expression; fits wherever a value of any type is wanted. */
export type ExpressionText = `\${${string}}`

/** A value in which any part may be an expression instead. */
export type OrExpression<T> =
  | ExpressionText
  | (T extends readonly (infer Item)[]
      ? readonly OrExpression<Item>[]
      : T extends object
        ? { readonly [Key in keyof T]: OrExpression<T[Key]> }
        : T)

/** What `runbook` takes: the authored form without its header. */
export type RunbookSpec = Omit<z.input<typeof authoredRunbook>, 'kind' | 'schemaVersion'>

/** Writes an expression: `cel('steps.select.name')` is `${ steps.select.name }`. */
export function cel(source: string): ExpressionText {
  return `\${ ${source} }`
}

/** An action of a step with its input checked by the compiler. */
export function use<I, O>(action: ActionDefinition<I, O>, input: OrExpression<I>): AuthoredStep['action'] {
  return { kind: action.kind, with: input as Record<string, Json> } as AuthoredStep['action']
}

/**
 * Makes an authored runbook in TypeScript: the same object that YAML gives, so `qualify` reads both alike.
 * @throws InvalidDocumentError when the shape is wrong; references are checked by `qualify`
 */
export function runbook(spec: RunbookSpec): AuthoredRunbook {
  const document = withoutUndefined({ kind: 'runbook', schemaVersion: RUNBOOK_SCHEMA_VERSION, ...spec })
  const shape = authoredRunbook.safeParse(document)
  if (shape.success) return shape.data
  const problems = new Problems(() => null)
  addShapeProblems(shape.error, { schema: authoredRunbook, value: document, base: [] }, problems)
  throw new InvalidDocumentError('the runbook', null, problems.list)
}

/** JSON knows no undefined: an optional field written so is left out. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutUndefined(item)]))
}
