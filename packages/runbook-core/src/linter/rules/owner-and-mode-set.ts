import type { StaticStep } from '../../runbook/static-steps.ts'
import { hasTrait } from '../context.ts'
import type { Rule } from '../rule.ts'

/** Placed data gets its owner and modes before the service starts. (D94) */
export const ownerAndModeSet: Rule = {
  id: 'DR025',
  name: 'owner-and-mode-set',
  severity: 'error',
  defect: 'D94',
  requires: 'Placed data gets its owner and modes before the service starts.',

  *check(context) {
    for (const place of context.withTrait('places')) {
      if (hasKeys(place)) continue
      const starts = context.after(place).filter(hasTrait('starts'))
      const secured = (start: StaticStep) =>
        hasKeys(start) || context.before(start).some((one) => one.traits.has('protects-files'))
      if (starts.length > 0 && starts.every(secured)) continue
      yield {
        step: place.step.id,
        message: 'places data without saying who owns it and who may read it',
        fix: 'Give owner, group and modes, or set them in a step between placing and starting.',
      }
    }
  },
}

/** True when an input names an owner and a mode somewhere. */
function hasKeys(item: StaticStep): boolean {
  const keys = new Set(keysOf(item.input))
  return keys.has('owner') && [...keys].some((key) => /mode$/i.test(key))
}

function* keysOf(value: unknown): Generator<string> {
  if (value === null || typeof value !== 'object') return
  for (const [key, inner] of Object.entries(value)) {
    yield key
    yield* keysOf(inner)
  }
}
