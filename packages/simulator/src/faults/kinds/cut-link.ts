import type { ParametersOf } from '../domains/index.ts'
import { defineFault } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { changesLink, linkDomains } from '../strike-links.ts'
import { excusesWait, howLong } from '../striking.ts'

const domains = {
  ...linkDomains,
  seconds: howLong(60),
}

const cut = (site: FaultSite, given: ParametersOf<typeof domains>): void =>
  changesLink(site, given, 'partitioned', (place) => site.network.partition('recovery-host', place))

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
