import { parseDuration } from '../../text/duration.ts'
import type { Json } from '../../text/json.ts'
import { parseSize } from '../../text/size.ts'
import { compileExpression, expressionSource } from '../expressions/index.ts'
import type { DocumentPath, Problems } from '../problems.ts'
import type { QualifiedParameter } from '../qualified.ts'
import { checkParameterNames } from './references.ts'

/** Reads fields whose value must be known before the run: literals, or expressions over parameters alone. */
export class ScalarReader {
  readonly params: Readonly<Record<string, Json>>
  readonly #problems: Problems
  readonly #known: ReadonlySet<string>

  constructor(parameters: readonly QualifiedParameter[], declared: Iterable<string>, problems: Problems) {
    this.params = Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.value]))
    this.#problems = problems
    this.#known = new Set(declared)
  }

  /** Milliseconds. 0 after a problem was added. */
  duration(text: string, path: DocumentPath, leastMs = 0): number {
    return this.#number(text, path, parseDuration, leastMs, 'milliseconds: a duration parameter')
  }

  /** Bytes, or another rate when written as a plain number. */
  rate(written: string | number, path: DocumentPath): number {
    if (typeof written === 'number') return written
    return this.#number(written, path, parseSize, 1, 'bytes: a size parameter')
  }

  count(written: string | number, path: DocumentPath): number {
    if (typeof written === 'number') return written
    return this.#number(written, path, Number, 1, 'a count: an integer parameter')
  }

  #number(
    text: string,
    path: DocumentPath,
    parse: (text: string) => number,
    least: number,
    wants: string,
  ): number {
    const source = expressionSource(text)
    const value =
      source === null
        ? this.#problems.try(path, () => parse(text))
        : this.#problems.try(path, () => this.#evaluate(source, path))
    if (value === null) return least
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value
    this.#problems.add(
      path,
      `${JSON.stringify(value)} does not fit`,
      `Give an integer of at least ${least} in ${wants}.`,
    )
    return least
  }

  #evaluate(source: string, path: DocumentPath): Json {
    const expression = compileExpression(source)
    for (const { root, name } of expression.references) {
      if (root === 'params') continue
      this.#problems.add(path, `"${root}.${name}" is not known before the run`, 'Read params only.')
      return null
    }
    if (!checkParameterNames(expression, this.#known, path, this.#problems)) return null
    // A parameter without a value has its own problem already.
    if (expression.params.some((name) => !Object.hasOwn(this.params, name))) return null
    return expression.evaluate({ params: this.params, steps: {}, run: {} })
  }
}
