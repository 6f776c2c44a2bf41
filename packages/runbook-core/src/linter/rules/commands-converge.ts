import type { Rule } from '../rule.ts'

/** A command that changes something can be run again. (D101) */
export const commandsConverge: Rule = {
  id: 'DR036',
  name: 'commands-converge',
  severity: 'warning',
  defect: 'D101',
  requires: 'A command that changes something can be run again.',

  *check(context) {
    for (const item of context.withTrait('runs-commands')) {
      const changes = item.effects === null || item.effects.writes.length + item.effects.destroys.length > 0
      const { alreadyDone } = item.input as { alreadyDone?: unknown }
      if (!changes || alreadyDone !== undefined) continue
      yield {
        step: item.step.id,
        message:
          'changes something and cannot tell whether it was done already: after a crash it is run again blindly',
        fix: 'Add alreadyDone: {argv} that exits 0 when there is nothing left to do.',
      }
    }
  },
}
