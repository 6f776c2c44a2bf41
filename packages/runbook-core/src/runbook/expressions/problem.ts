import { OperatingError } from '../../errors/index.ts'

/** Why an expression was refused; becomes an operating error or one of the runbook's problems. */
export class ExpressionProblem extends Error {
  override readonly name = 'ExpressionProblem'
  readonly hint: string

  constructor(message: string, hint = 'See "Expressions" in docs/writing-a-runbook.md.') {
    super(message)
    this.hint = hint
  }
}

/** An expression's failure as an operating error; the evaluator's own errors keep their summary. */
export function expressionError(source: string, thrown: unknown): OperatingError {
  if (thrown instanceof OperatingError) return thrown
  const shown = source.length > 120 ? `${source.slice(0, 120)}...` : source
  const summary = (thrown as { summary?: unknown }).summary
  const reason =
    typeof summary === 'string' ? summary : thrown instanceof Error ? thrown.message : String(thrown)
  return new OperatingError('input-invalid', `expression "${shown}": ${reason}`, {
    ...(thrown instanceof ExpressionProblem ? { hint: thrown.hint } : {}),
  })
}
