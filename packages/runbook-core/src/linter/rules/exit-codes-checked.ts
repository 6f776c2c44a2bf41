import type { Rule } from '../rule.ts'

/** No command goes on whatever its exit code. (D26) */
export const exitCodesChecked: Rule = {
  id: 'DR023',
  name: 'exit-codes-checked',
  severity: 'error',
  defect: 'D26',
  requires: 'No command goes on whatever its exit code.',

  *check(context) {
    for (const item of context.withTrait('runs-commands')) {
      if ((item.input as { expectExit?: unknown }).expectExit !== 'any') continue
      yield {
        step: item.step.id,
        message: 'goes on whatever the exit code: a partial failure continues into the restore',
        fix: 'List the exit codes that mean success: expectExit: [0].',
      }
    }
  },
}
