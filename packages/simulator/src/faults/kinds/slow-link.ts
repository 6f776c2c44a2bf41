import { type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { atLink, linkDomains, whenLinkMet } from '../strike-links.ts'

const domains = {
  ...linkDomains,
  bytesPerSecond: wholeNumber('how many bytes pass in a second', {
    min: 1,
    max: 1_000_000_000_000,
    usual: 100_000,
    drawn: { min: 1_000, max: 10_000_000 },
  }),
}

function degrade(site: FaultSite, { bytesPerSecond, ...link }: ParametersOf<typeof domains>): void {
  whenLinkMet(site, link.place, 'slowed')
  atLink(site, link, () => site.onHeal(site.network.degrade('recovery-host', link.place, { bytesPerSecond })))
}

/** The link to a place carries little: what is large takes long. */
export const slowLink = defineFault({
  kind: 'slow-link',
  verb: 'thin out the link to a place that the recovery host needs',
  strikes: 'network',
  when: 'from a moment of the run on, until the world heals',
  targets: ['sim'],
  domains,
  outcome: () => 'resume',
  survival:
    'What takes longer is waited for; a step that runs out of its time ends the run, which can be resumed.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: degrade,
})
