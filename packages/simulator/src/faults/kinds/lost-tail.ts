import { OperatingError } from '@dr-drill/runbook-core'
import { type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault } from '../fault-kind.ts'
import { type PlanSource, soleSegments } from '../source-plan.ts'
import { strikePlan } from '../strike-plan.ts'

const domains = {
  segments: wholeNumber('how many of the newest', {
    min: 1,
    max: 1_000,
    usual: 1,
    drawn: { min: 1, max: 6 },
  }),
}

const planLostTail: PlanSource<ParametersOf<typeof domains>> = ({ segments }, contents) => {
  const lost = soleSegments(contents).slice(-segments)
  if (lost.length === 0)
    throw new OperatingError('usage-invalid', 'lost-tail: the archive alone holds nothing')
  const keys = lost.flatMap(({ key }) => [key, `${key}.json`])
  return {
    alterations: keys.map((key) => ({ kind: 'remove', key })),
    // What is not there and not known of is asked for by no name; it is met when the archive is listed.
    rules: [{ operations: ['ListObjectsV2', 'GetObject'], keys, action: { kind: 'pass' }, times: null }],
    detail: `removed the newest ${lost.length} segments, from ${lost[0]?.key} on, with their sidecars`,
  }
}

/** The newest archived segments are gone for good with their sidecars: the archive looks like one that ended there. */
export const lostTail = defineFault({
  kind: 'lost-tail',
  verb: 'lose the newest log segments without a trace',
  strikes: 'stored-objects',
  when: 'before the run begins',
  targets: ['sim', 'local'],
  domains,
  outcome: () => 'recover',
  survival:
    'What is left is restored. Only a ledger can tell that more was lost: with one it is counted, without one the claim stays unproven.',
  excuses: () => ({ delayMs: 0, lossMs: null }),
  planSource: planLostTail,
  strike: strikePlan(planLostTail),
})
