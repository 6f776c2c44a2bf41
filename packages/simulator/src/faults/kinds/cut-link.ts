import { momentName, type ParametersOf } from '../domains/index.ts'
import { defineFault } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { farEnd, whenLinkMet } from '../strike-links.ts'
import { atMoment, endsAfter, excusesWait, howLong, STORE_STEPS } from '../striking.ts'

const domains = {
  place: farEnd(),
  seconds: howLong(60),
  at: momentName('from when on', [...STORE_STEPS, 'exposes']),
}

function cut(site: FaultSite, { place, seconds, at }: ParametersOf<typeof domains>): void {
  whenLinkMet(site, place, 'partitioned')
  atMoment(site, at, 'selects', () =>
    endsAfter(site, seconds, site.network.partition('recovery-host', place)),
  )
}

/** Nothing passes between the recovery host and one place: no answer, no refusal, until the caller's own timeout. */
export const cutLink = defineFault({
  kind: 'cut-link',
  verb: 'partition the recovery host from a place that it needs',
  strikes: 'network',
  when: 'from a moment of the run on',
  targets: ['sim'],
  domains,
  outcome: ({ place, seconds }) =>
    (place === 'source' || place === 'archive') && seconds !== 'endless' && seconds <= 300
      ? 'recover'
      : 'resume',
  survival:
    'No answer is no answer: it is asked again until the patience is over; then the run ends, saying so, and is resumed.',
  excuses: ({ seconds }) => excusesWait(seconds),
  planSource: null,
  strike: cut,
})
