import type { Rule } from '../rule.ts'

/** Every command declares what it reads, writes, destroys and exposes. (D98) */
export const effectsDeclared: Rule = {
  id: 'DR020',
  name: 'effects-declared',
  severity: 'error',
  defect: 'D98',
  requires: 'Every command declares what it reads, writes, destroys and exposes.',

  *check(context) {
    for (const item of context.steps) {
      const unknown =
        item.effects === null || item.effects.writes.some((resource) => resource.startsWith('unknown:'))
      if (!unknown || !item.traits.has('runs-commands')) continue
      yield {
        step: item.step.id,
        message:
          'does not declare its effects: whether it spares the last copy and production cannot be checked (I6, I11, I12)',
        fix: 'Add effects: {reads, writes, destroys, exposes} with the resources it touches.',
      }
    }
  },
}
