import type { Rule } from '../rule.ts'

/** A damaged object is looked for in its other copies. (D90) */
export const anotherCopyTried: Rule = {
  id: 'DR040',
  name: 'another-copy-tried',
  severity: 'warning',
  defect: 'D90',
  requires: 'A damaged object is looked for in its other copies.',

  *check(context) {
    for (const item of context.withTrait('fetches')) {
      if (item.traits.has('falls-back')) continue
      yield {
        step: item.step.id,
        message:
          'has one source for each object: one corrupt segment ends the restore or loses what follows it',
        fix: 'Fetch by manifest from every copy (backup, archive, older versions), first good one wins.',
      }
    }
  },
}
