import { type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { atLink, linkDomains, whenLinkMet } from '../strike-links.ts'

const domains = {
  ...linkDomains,
  lostPerMille: wholeNumber('how many requests of a thousand are lost', {
    min: 1,
    max: 1_000,
    usual: 100,
    drawn: { min: 50, max: 400 },
  }),
}

function degrade(site: FaultSite, { lostPerMille, ...link }: ParametersOf<typeof domains>): void {
  whenLinkMet(site, link.place, 'lost')
  atLink(site, link, () => site.onHeal(site.network.degrade('recovery-host', link.place, { lostPerMille })))
}

/** Some requests to a place are lost, drawn one by one: their connections are reset. */
export const lossyLink = defineFault({
  kind: 'lossy-link',
  verb: 'lose some requests to a place that the recovery host needs',
  strikes: 'network',
  when: 'from a moment of the run on, until the world heals',
  targets: ['sim'],
  domains,
  outcome: () => 'resume',
  survival:
    'What is lost is asked for again; where a step has no patience left the run ends, saying so, and is resumed.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: degrade,
})
