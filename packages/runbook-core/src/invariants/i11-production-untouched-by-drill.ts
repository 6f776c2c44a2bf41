import type { Resource } from '../actions/index.ts'
import { absence, evidenceOf } from '../verdict/evidence.ts'
import { opaqueSteps } from '../verdict/step-facts.ts'
import { defineInvariant, listed } from './invariant.ts'

/** What a rehearsal or drill must not do for real. */
const REAL_WORLD: readonly string[] = ['traffic:', 'dns:', 'people:']

/**
 * A rehearsal or drill changes nothing of production: only GET, HEAD and LIST reach the source, nothing is written to it, and names,
 * traffic and people are recorded instead of touched (D98). A recovery is meant to change production.
 * Does not see: what a step without declared effects does (then not-checked), and requests past the counted connection.
 */
export const productionUntouched = defineInvariant(
  'I11',
  'production-untouched-by-drill',
  ({ record, steps }) => {
    if (record.started?.mode === 'recovery')
      return ['not-applicable', 'a recovery changes production on purpose']
    const [write] = record.sourceWrites
    if (write !== undefined)
      return ['violated', `${write.call} was meant for the source in step ${write.step}`]
    const requests = evidenceOf(record, 'source-requests')
    if (requests !== null && (requests.other > 0 || requests.refusedWrites > 0)) {
      return [
        'violated',
        `${requests.other} requests other than GET, HEAD and LIST reached the source, ${requests.refusedWrites} writes were refused`,
      ]
    }
    const real = steps
      .filter(
        ({ record: ran, effects }) => ran?.exercised === 'real' && (effects?.exposes ?? []).some(isRealWorld),
      )
      .map(({ step }) => step.id)
    if (real.length > 0 && record.started?.environment !== 'simulated') {
      return ['violated', `these steps touched real names, traffic or people: ${listed(real)}`]
    }
    const opaque = opaqueSteps(steps)
    if (opaque.length > 0) return ['not-checked', `nobody can say what these steps do: ${listed(opaque)}`]
    if (requests === null) return ['not-checked', absence(record, 'source-requests')]
    const { get, head, list } = requests
    return ['held', `the source saw ${get} GET, ${head} HEAD and ${list} LIST, and nothing else`]
  },
)

const isRealWorld = (resource: Resource): boolean => REAL_WORLD.some((scheme) => resource.startsWith(scheme))
