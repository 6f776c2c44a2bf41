import { oneOf, type ParametersOf } from '../domains/index.ts'
import { defineFault, NO_EXCUSE } from '../fault-kind.ts'
import { drawStruckSegment, type PlanSource, watch } from '../source-plan.ts'
import { strikePlan } from '../strike-plan.ts'

const domains = { copies: oneOf('one of several, or all', ['one', 'all']) }

const planTornSegment: PlanSource<ParametersOf<typeof domains>> = ({ copies }, contents, random) => {
  const { segment, keys } = drawStruckSegment('torn-segment', copies, contents, random)
  const sizeBytes = random.split('size').integer(0, segment.sizeBytes - 1)
  return {
    alterations: keys.map((key) => ({ kind: 'cut', key, sizeBytes })),
    rules: [{ ...watch(keys), operations: ['GetObject', 'HeadObject'] }],
    detail: `${keys.join(', ')} ended after ${sizeBytes} of ${segment.sizeBytes} bytes`,
  }
}

/** A log segment lies in the store without its end, as an upload that was cut off and believed; its sidecar knows what is missing. */
export const tornSegment = defineFault({
  kind: 'torn-segment',
  verb: 'upload a log segment without its end',
  strikes: 'stored-objects',
  when: 'before the run begins',
  targets: ['sim', 'local'],
  domains,
  outcome: ({ copies }) => (copies === 'one' ? 'recover' : 'refuse'),
  survival:
    'Any other copy restores all. With none left: refused by range; with the loss accepted, exactly what follows is lost.',
  excuses: ({ copies }) => (copies === 'one' ? NO_EXCUSE : { delayMs: 0, lossMs: null }),
  planSource: planTornSegment,
  strike: strikePlan(planTornSegment),
})
