import { isWithin, named } from '../context.ts'
import type { Rule } from '../rule.ts'

/** Nothing is destroyed that this run did not make itself. (D80) */
export const noDestructionWithoutCopy: Rule = {
  id: 'DR014',
  name: 'no-destruction-without-copy',
  severity: 'error',
  defect: 'D80',
  requires: 'Nothing is destroyed that this run did not make itself.',

  *check(context) {
    for (const item of context.steps) {
      const stores = named(item, 'destroys', 'store')
      const made = context.before(item).flatMap((one) => named(one, 'writes', 'path'))
      const paths = named(item, 'destroys', 'path').filter(
        (path) => !made.some((root) => isWithin(path, root)),
      )
      if (stores.length > 0) {
        yield {
          step: item.step.id,
          message: `deletes from the store ${stores.join(', ')}: it may hold the last good copy`,
          fix: 'Never delete from a store during a restore; let retention do it afterwards.',
        }
      }
      if (paths.length > 0) {
        yield {
          step: item.step.id,
          message: `destroys ${paths.join(', ')}, which no step before it made: it may be the only copy of the last minutes`,
          fix: 'Move it to quarantine instead, or restore into a new directory and switch.',
        }
      }
    }
  },
}
