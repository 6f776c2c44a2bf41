import { named } from '../context.ts'
import type { Rule } from '../rule.ts'

/** Software comes by digest, not by name. (D45) */
export const artefactPinned: Rule = {
  id: 'DR029',
  name: 'artefact-pinned',
  severity: 'error',
  defect: 'D45',
  requires: 'Software comes by digest, not by name.',

  *check(context) {
    for (const item of context.withTrait('installs')) {
      if (item.traits.has('pins-digest') || named(item, 'reads', 'store', 'net').length === 0) continue
      yield {
        step: item.step.id,
        message:
          "installs what a name points to today: another version than the one that wrote the data, or a stranger's",
        fix: 'Pin the SHA-256 of the artefact that wrote the data, in the runbook or a signed manifest.',
      }
    }
  },
}
