import { named } from '../context.ts'
import type { Rule } from '../rule.ts'

/** The store that is restored from is not written to. (D62) */
export const sourceNotWritten: Rule = {
  id: 'DR041',
  name: 'source-not-written',
  severity: 'error',
  defect: 'D62',
  requires: 'The store that is restored from is not written to.',

  *check(context) {
    const sources = new Set(
      context.steps
        .filter((item) => item.traits.has('selects') || item.traits.has('fetches'))
        .flatMap((item) => named(item, 'reads', 'store')),
    )
    for (const item of context.steps) {
      const written = named(item, 'writes', 'store').filter((store) => sources.has(store))
      if (written.length === 0) continue
      yield {
        step: item.step.id,
        message: `writes into ${written.join(', ')}, which is restored from: numbers may clash and the restore cannot be repeated`,
        fix: 'Archive into another store or prefix, under a new history.',
      }
    }
  },
}
