import { OperatingError } from '@dr-drill/runbook-core'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import { type PlanSource, watch } from '../source-plan.ts'
import { strikePlan } from '../strike-plan.ts'

/** Never the newest's: no successor vouches for that one. */
const planLostSidecar: PlanSource<Readonly<Record<never, never>>> = (_, { segments }, random) => {
  const able = segments.slice(0, -1)
  if (able.length === 0)
    throw new OperatingError('usage-invalid', 'lost-sidecar: the archive has no segment with a successor')
  const key = `${random.split('segment').pick(able).key}.json`
  return {
    alterations: [{ kind: 'remove', key }],
    rules: [{ ...watch([key]), operations: ['GetObject', 'HeadObject', 'ListObjectsV2'] }],
    detail: `removed ${key}`,
  }
}

/** The record beside an archived segment is gone; the segment is whole, and the record of its successor names its digest. */
export const lostSidecar = defineFault({
  kind: 'lost-sidecar',
  verb: 'remove the record beside a log segment',
  strikes: 'stored-objects',
  when: 'before the run begins',
  targets: ['sim', 'local'],
  domains: {},
  outcome: () => 'recover',
  survival: 'The segment describes itself, and its successor vouches for its bytes.',
  excuses: () => excusesDelay(60_000),
  planSource: planLostSidecar,
  strike: strikePlan(planLostSidecar),
})
