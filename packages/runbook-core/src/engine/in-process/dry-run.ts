import type { AnyAction, Trait } from '../../actions/index.ts'

/** What looks at a restored service: in a dry run there is none. */
const LOOKS_AT_THE_RESULT: readonly Trait[] = ['validates', 'answers-clients']

/** Why a dry run does not perform an action, in words, by the effects and traits it declares; null when it only reads what is there. */
export function wouldWrite(action: AnyAction, input: unknown): string | null {
  const { writes, destroys, exposes } = action.effects(input)
  const words = [
    ...writes.map((resource) => `write ${resource}`),
    ...destroys.map((resource) => `destroy ${resource}`),
    ...exposes.map((resource) => `expose ${resource}`),
  ]
  if (words.length > 0) return `dry run: would ${words.join(', ')}`
  const isCheck = action.traits.some((trait) => LOOKS_AT_THE_RESULT.includes(trait))
  return isCheck ? 'dry run: there is nothing to check yet' : null
}
