import type { Json } from '../../text/json.ts'
import { ExpressionProblem } from './problem.ts'

/** Most JSON values that one evaluation looks at or gives back: keeps the cost of any expression bounded. */
export const EXPRESSION_VALUES_MAX = 10_000

/** Counts values down; shared by everything one evaluation converts. */
export interface Budget {
  left: number
}

function spend(budget: Budget): void {
  budget.left -= 1
  if (budget.left < 0) {
    throw new ExpressionProblem(
      `it would look at more than ${EXPRESSION_VALUES_MAX} values`,
      'Let the action give a summary, or pass the list on whole: ${ steps.NAME.field }.',
    )
  }
}

/** A JSON value as the evaluator wants it: safe integers as BigInt, objects as maps (so no prototype can be reached). */
export function toCel(value: Json, budget: Budget): unknown {
  spend(budget)
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item) => toCel(item as Json, budget))
  const map = new Map<string, unknown>()
  for (const [key, item] of Object.entries(value as Record<string, Json>)) map.set(key, toCel(item, budget))
  return map
}

/** The evaluator's value as JSON. @throws ExpressionProblem for what JSON cannot say and for integers beyond 2^53 */
export function fromCel(value: unknown, budget: Budget): Json {
  spend(budget)
  switch (typeof value) {
    case 'boolean':
    case 'string':
      return value
    case 'bigint': {
      const number = Number(value)
      if (!Number.isSafeInteger(number)) throw new ExpressionProblem(`${value} is beyond the safe integers`)
      return number
    }
    case 'number':
      if (!Number.isFinite(value)) throw new ExpressionProblem(`the result is ${value}`)
      return value === 0 ? 0 : value
    default:
      return fromCelObject(value, budget)
  }
}

function fromCelObject(value: unknown, budget: Budget): Json {
  if (value === null) return null
  if (Array.isArray(value)) return value.map((item) => fromCel(item, budget))
  const plain = typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype
  if (!(value instanceof Map) && !plain) throw new ExpressionProblem('the result is not a JSON value')
  const entries = value instanceof Map ? value.entries() : Object.entries(value as object)
  const record: Record<string, Json> = {}
  for (const [key, item] of entries) {
    if (typeof key !== 'string' || key === '__proto__')
      throw new ExpressionProblem('keys of a result are text')
    record[key] = fromCel(item, budget)
  }
  return record
}
