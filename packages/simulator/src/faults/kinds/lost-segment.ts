import { type ParametersOf, truth } from '../domains/index.ts'
import { defineFault } from '../fault-kind.ts'
import { drawStruckSegment, type PlanSource, watch } from '../source-plan.ts'
import { strikePlan } from '../strike-plan.ts'

const domains = { sidecar: truth('whether its sidecar is lost with it') }

/** Never the newest: nobody could tell that it had been there. */
const planLostSegment: PlanSource<ParametersOf<typeof domains>> = ({ sidecar }, contents, random) => {
  const older = { ...contents, segments: contents.segments.slice(0, -1) }
  const { segment, keys } = drawStruckSegment('lost-segment', 'all', older, random)
  const lost = sidecar ? [...keys, `${segment.key}.json`] : keys
  return {
    alterations: lost.map((key) => ({ kind: 'remove', key })),
    rules: [{ ...watch([...lost, `${segment.key}.json`]), operations: ['GetObject', 'HeadObject'] }],
    detail: `removed ${lost.join(', ')} for good`,
  }
}

/** A segment in the middle of the archive is gone for good, and no backup has a copy: a hole in the log. */
export const lostSegment = defineFault({
  kind: 'lost-segment',
  verb: 'lose a log segment in the middle of the archive',
  strikes: 'stored-objects',
  when: 'before the run begins',
  targets: ['sim', 'local'],
  domains,
  outcome: () => 'refuse',
  survival:
    'Nothing is replayed over a hole: refused by range; with the loss accepted, exactly what follows is lost.',
  excuses: () => ({ delayMs: 0, lossMs: null }),
  planSource: planLostSegment,
  strike: strikePlan(planLostSegment),
})
