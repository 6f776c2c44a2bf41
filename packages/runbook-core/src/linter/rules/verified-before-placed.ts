import { hasTrait } from '../context.ts'
import type { Rule } from '../rule.ts'

/** Everything fetched is verified between fetching and placing. (D43) */
export const verifiedBeforePlaced: Rule = {
  id: 'DR008',
  name: 'verified-before-placed',
  severity: 'error',
  defect: 'D43',
  requires: 'Everything fetched is verified between fetching and placing.',

  *check(context) {
    const verifying = context.withTrait('verifies').filter((item) => item.step.when === null)
    for (const place of context.withTrait('places')) {
      const before = context.before(place)
      const fetched = before.filter(hasTrait('fetches'))
      const unverified = fetched.filter(
        (fetch) => !verifying.some((one) => before.includes(one) && context.before(one).includes(fetch)),
      )
      const names = unverified.map((one) => one.step.id)
      if (names.length === 0 && (fetched.length > 0 || before.some(hasTrait('verifies')))) continue
      yield {
        step: place.step.id,
        message: `places data that nothing has verified${names.length === 0 ? '' : `: ${names.join(', ')}`}`,
        fix: 'Verify digests and structure of what was fetched in an unconditional step, and need it here.',
      }
    }
  },
}
