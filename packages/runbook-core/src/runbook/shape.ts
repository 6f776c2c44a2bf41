import type { z } from 'zod'
import { didYouMean } from '../text/did-you-mean.ts'
import type { DocumentPath, Problems } from './problems.ts'
import { keysAt } from './schema-walk.ts'

type Issue = z.core.$ZodIssue

/** The parts of an issue's path that a document can have. */
const pathOf = (issue: Issue): (string | number)[] =>
  issue.path.filter((part) => typeof part === 'string' || typeof part === 'number')

/**
 * Adds what a schema says against a value, in words with a fix. `base` is where the value stands in the document.
 * `ignores` drops an issue at a path relative to the value.
 */
export function addShapeProblems(
  error: z.ZodError,
  about: { readonly schema: z.ZodType; readonly value: unknown; readonly base: DocumentPath },
  problems: Problems,
  ignores: (path: DocumentPath, issue: Issue) => boolean = () => false,
): void {
  for (const issue of error.issues.flatMap((item) => clearest(item, []))) {
    const path = pathOf(issue)
    if (ignores(path, issue)) continue
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const known = keysAt(about.schema, path)
        problems.add([...about.base, ...path, key], `there is no field "${key}" here`, () =>
          didYouMean(key, known),
        )
      }
      continue
    }
    const missing = valueAt(about.value, path) === undefined && path.length > 0
    const message = missing ? 'is missing' : issue.message
    problems.add([...about.base, ...path], message, missing ? `Add it: ${lastName(path)}.` : hintOf(issue))
  }
}

/** Of a union's branches, the issues of the one that came furthest; the others are noise. */
function clearest(issue: Issue, prefix: PropertyKey[]): Issue[] {
  const path = [...prefix, ...issue.path]
  if (issue.code !== 'invalid_union') return [{ ...issue, path }]
  const branches = issue.errors.map((branch) => branch.flatMap((item) => clearest(item, path)))
  const depth = (branch: Issue[]) => Math.max(0, ...branch.map((item) => item.path.length))
  const [best] = branches.sort((a, b) => depth(b) - depth(a) || a.length - b.length)
  if (best === undefined || depth(best) <= path.length) {
    const wants = [...new Set(branches.flat().map((item) => item.message))].slice(0, 4).join('; or ')
    return [{ ...issue, path, message: wants === '' ? issue.message : wants }]
  }
  return best
}

function hintOf(issue: Issue): string {
  if (issue.code === 'invalid_value') return `Write one of: ${issue.values.map(String).join(', ')}.`
  if (issue.code === 'invalid_type') return `Write a value of type ${issue.expected}.`
  return 'See docs/writing-a-runbook.md for the form.'
}

function lastName(path: DocumentPath): string {
  return String(path.at(-1) ?? '')
}

/** The value at a path; undefined when there is none. */
export function valueAt(value: unknown, path: DocumentPath): unknown {
  let at = value
  for (const part of path) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, part)) return undefined
    at = (at as Record<string | number, unknown>)[part]
  }
  return at
}
