import { type DocumentPath, formatPath } from '../../runbook/problems.ts'
import type { StaticStep } from '../../runbook/static-steps.ts'
import type { Rule } from '../rule.ts'

/** Data is never wider than 0750 for directories and 0640 for files. (D93) */
export const modesNarrow: Rule = {
  id: 'DR024',
  name: 'modes-narrow',
  severity: 'error',
  defect: 'D93',
  requires: 'Data is never wider than 0750 for directories and 0640 for files.',

  *check(context) {
    for (const item of context.steps) {
      if (item.traits.has('installs')) continue
      for (const [path, mode] of modesOf(item)) {
        const limit = /directory/i.test(String(path.at(-1))) ? 0o750 : 0o640
        if ((mode & ~limit) === 0) continue
        yield {
          step: item.step.id,
          message: `${formatPath(path)} is 0${mode.toString(8)}, wider than 0${limit.toString(8)}`,
          fix: `Write "0${limit.toString(8)}" or less; a service that cannot read its data has the wrong owner, not too narrow a mode.`,
        }
      }
    }
  },
}

/** Every `...mode` in an input, as text ("0640") or already as bits. */
function* modesOf(item: StaticStep): Generator<readonly [DocumentPath, number]> {
  yield* modesIn(item.input, [])
}

function* modesIn(value: unknown, path: DocumentPath): Generator<readonly [DocumentPath, number]> {
  if (value === null || typeof value !== 'object') return
  for (const [key, inner] of Object.entries(value)) {
    const at = [...path, key]
    if (!/mode$/i.test(key)) yield* modesIn(inner, at)
    else if (typeof inner === 'number') yield [at, inner]
    else if (typeof inner === 'string' && /^0?[0-7]{3}$/.test(inner)) yield [at, Number.parseInt(inner, 8)]
  }
}
