import type { z } from 'zod'
import type { AnyAction } from '../../actions/index.ts'
import type { Json } from '../../text/json.ts'
import type { DocumentPath, Problems } from '../problems.ts'
import type { Template } from '../qualified.ts'
import { addShapeProblems } from '../shape.ts'
import { fillTemplate, type PlacedExpression } from '../templates.ts'

/** Stands for a value not known before the run; no schema but `any` takes it. */
const UNKNOWN = Object.freeze(Object.create(null) as object)

/**
 * Checks an action's input against its schema as far as it is known: wholly when nothing in it is an expression, else everything
 * but the places of expressions and what hangs on them.
 */
export function checkActionInput(
  action: AnyAction,
  template: Template,
  placed: readonly PlacedExpression[],
  base: DocumentPath,
  problems: Problems,
): void {
  const value = fillTemplate<Json>(template, () => UNKNOWN as Json)
  const outcome = parsed(action.input, value)
  if (outcome === null || outcome.success) return
  const places = placed.map((item) => item.path.slice(base.length))
  addShapeProblems(
    outcome.error,
    { schema: action.input, value, base },
    problems,
    (path, issue) => issue.code !== 'unrecognized_keys' && places.some((place) => touches(path, place)),
  )
}

/** Null when a transform of the schema stumbled over the placeholder: the check before the action runs decides. */
function parsed(schema: z.ZodType, value: Json): z.ZodSafeParseResult<unknown> | null {
  try {
    return schema.safeParse(value)
  } catch {
    return null
  }
}

/** True when the issue's place is above, at or below an expression's, unless it names another child. */
function touches(path: DocumentPath, place: DocumentPath): boolean {
  const length = Math.min(path.length, place.length)
  for (let index = 0; index < length; index += 1) if (path[index] !== place[index]) return false
  return true
}
