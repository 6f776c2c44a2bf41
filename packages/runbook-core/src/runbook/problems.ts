import { OperatingError } from '../errors/index.ts'

/** Names and indices from the root of a document to a value: ['steps', 3, 'timeout']. */
export type DocumentPath = readonly (string | number)[]

/** 1-based line of a value in its file; null when the document has none (a builder made it). */
export type LineOf = (path: DocumentPath) => number | null

/** One thing to mend in a document. */
export interface Problem {
  /** As people write it: `steps[3].timeout`; empty for the document itself. */
  readonly path: string
  readonly line: number | null
  readonly message: string
  /** What to write instead. */
  readonly hint: string
}

/** What to write instead; made only when the problem is kept. */
export type Hint = string | (() => string)

/** Problems kept of one document: beyond, nobody reads on. */
const KEPT_MAX = 200
const SHOWN_MAX = 20

/** A document with problems, all of them. Its message is the list, one per line, as `FILE:LINE: PATH: MESSAGE (HINT)`. */
export class InvalidDocumentError extends OperatingError {
  readonly problems: readonly Problem[]

  constructor(what: string, file: string | null, problems: readonly Problem[]) {
    super('input-invalid', describe(what, file, problems), {
      ...(file === null ? {} : { subject: file }),
      ...(problems[0] === undefined ? {} : { hint: problems[0].hint }),
    })
    this.problems = problems
  }
}

function describe(what: string, file: string | null, problems: readonly Problem[]): string {
  const lines = problems.slice(0, SHOWN_MAX).map((problem) => {
    const where = [file, problem.line].filter((part) => part !== null).join(':')
    const path = problem.path === '' ? '' : `${problem.path}: `
    return `${where === '' ? '' : `${where}: `}${path}${problem.message} (${problem.hint})`
  })
  if (problems.length > SHOWN_MAX) lines.push(`and ${problems.length - SHOWN_MAX} more`)
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`
  return [`${what} has ${count}:`, ...lines].join('\n')
}

/** `steps[3].timeout` of a path. */
export function formatPath(path: DocumentPath): string {
  let text = ''
  for (const part of path) text += typeof part === 'number' ? `[${part}]` : text === '' ? part : `.${part}`
  return text
}

/** Collects problems while a document is read, so that all are told at once. */
export class Problems {
  readonly list: Problem[] = []
  readonly #lineOf: LineOf
  #count = 0

  constructor(lineOf: LineOf) {
    this.#lineOf = lineOf
  }

  /** Problems met, kept or not. */
  get count(): number {
    return this.#count
  }

  add(path: DocumentPath, message: string, hint: Hint): void {
    this.#keep(() => ({ path: formatPath(path), line: this.#lineOf(path), message, hint: textOf(hint) }))
  }

  /** Adds what lies outside the document: it has neither path nor line. */
  addOutside(message: string, hint: Hint): void {
    this.#keep(() => ({ path: '', line: null, message, hint: textOf(hint) }))
  }

  #keep(make: () => Problem): void {
    this.#count += 1
    if (this.list.length < KEPT_MAX) this.list.push(make())
  }

  /** Adds an operating error's message; null result when `read` threw one. */
  try<A>(path: DocumentPath, read: () => A): A | null {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof OperatingError)) throw error
      this.add(path, error.message, error.hint)
      return null
    }
  }
}

const textOf = (hint: Hint): string => (typeof hint === 'string' ? hint : hint())
