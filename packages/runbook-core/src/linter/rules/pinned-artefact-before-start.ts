import { hasTrait } from '../context.ts'
import type { Rule } from '../rule.ts'

/** The engine that starts is the pinned one. (D92) */
export const pinnedArtefactBeforeStart: Rule = {
  id: 'DR030',
  name: 'pinned-artefact-before-start',
  severity: 'warning',
  defect: 'D92',
  requires: 'The engine that starts is the pinned one.',

  *check(context) {
    for (const item of context.withTrait('starts')) {
      if (context.isBehindGate(item) || context.isBefore(item, hasTrait('pins-digest'))) continue
      yield {
        step: item.step.id,
        message: 'starts whatever engine is installed: a version that did not write this data may misread it',
        fix: 'Install the pinned artefact in a step that this one needs.',
      }
    }
  },
}
