import type { Rule } from '../rule.ts'

/** How long fetching takes follows from how much there is. (D08) */
export const fetchTimeFollowsSize: Rule = {
  id: 'DR044',
  name: 'fetch-time-follows-size',
  severity: 'warning',
  defect: 'D08',
  requires: 'How long fetching takes follows from how much there is.',
  *check(context) {
    for (const item of context.withTrait('fetches')) {
      if (item.step.estimate.kind === 'rate') continue
      yield {
        step: item.step.id,
        message:
          'has a fixed estimate: it hides the size beyond which the budget cannot be held, and the peak on disk',
        fix: 'Give a rate: estimate: {size: facts.backupBytes or facts.logBytes, perSecond: {best: 200MB, likely: 100MB, worst: 25MB}}.',
      }
    }
  },
}
