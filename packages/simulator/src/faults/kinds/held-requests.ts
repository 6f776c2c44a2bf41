import { type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { changesLink, linkDomains } from '../strike-links.ts'
import { excusesWait } from '../striking.ts'

const domains = {
  ...linkDomains,
  seconds: wholeNumber('for how long', { min: 1, max: 86_400, usual: 30, drawn: { min: 1, max: 1_800 } }),
}

const hold = (site: FaultSite, given: ParametersOf<typeof domains>): void =>
  changesLink(site, given, 'held', (place) => site.network.hold('recovery-host', place))

/** Requests to a place are held on the way and delivered later, all of them and in order: an old one acts after a new one was sent. */
export const heldRequests = defineFault({
  kind: 'held-requests',
  verb: 'hold requests to a place and release them later',
  strikes: 'network',
  when: 'from a moment of the run on',
  targets: ['sim'],
  domains,
  outcome: () => 'resume',
  survival:
    'A request that acts late does what it would have done: none of them is one that must not be made twice.',
  excuses: ({ seconds }) => excusesWait(seconds),
  planSource: null,
  strike: hold,
})
