import { isWithin } from '../../runbook/resources.ts'
import type { StaticStep } from '../../runbook/static-steps.ts'
import { named } from '../context.ts'
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
      const before = context.before(item)
      const paths = named(item, 'destroys', 'path').filter((path) => !isOwn(path, item, before))
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

/** True of what steps before made, and of a directory in which they put things and nothing is kept. */
function isOwn(path: string, item: StaticStep, before: readonly StaticStep[]): boolean {
  const made = before.flatMap((one) => named(one, 'writes', 'path'))
  if (made.some((root) => isWithin(path, root))) return true
  const fetched = before
    .filter((one) => one.traits.has('fetches'))
    .flatMap((one) => named(one, 'writes', 'path'))
  const kept = [...made, ...named(item, 'writes', 'path')].filter(
    (root) => isWithin(root, path) && !fetched.includes(root),
  )
  return kept.length === 0 && fetched.some((root) => isWithin(root, path))
}
