import type { Template } from '../../runbook/qualified.ts'
import type { Rule } from '../rule.ts'

/** Free space is checked before data is fetched. (D18) */
export const diskSpaceChecked: Rule = {
  id: 'DR005',
  name: 'disk-space-checked',
  severity: 'error',
  defect: 'D18',
  requires: 'Free space is checked before data is fetched.',

  *check(context) {
    for (const item of context.withTrait('fetches')) {
      const checked = context.isBefore(
        item,
        (one) => one.traits.has('preflight') && asksForSpace(one.step.action.with),
      )
      if (checked) continue
      yield {
        step: item.step.id,
        message:
          'fetches data without a check that it fits: staging and placed copies need more than the backup itself',
        fix: 'Give the preflight the bytes needed (freeBytesMin), computed from the chosen backup or a parameter.',
      }
    }
  },
}

/** An input that names an amount of free space above zero, or computes one. */
function asksForSpace(input: Template): boolean {
  if (input.kind !== 'object') return false
  return input.entries.some(
    ([key, value]) => /free|disk|space/i.test(key) && !(value.kind === 'literal' && !value.value),
  )
}
