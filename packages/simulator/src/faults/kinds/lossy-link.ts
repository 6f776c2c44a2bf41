import { momentName, type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { farEnd, whenLinkMet } from '../strike-links.ts'
import { atMoment, STORE_STEPS } from '../striking.ts'

const domains = {
  place: farEnd(),
  lostPerMille: wholeNumber('how many requests of a thousand are lost', {
    min: 1,
    max: 1_000,
    usual: 100,
    drawn: { min: 1, max: 300 },
  }),
  at: momentName('from when on', STORE_STEPS),
}

function degrade(site: FaultSite, { place, lostPerMille, at }: ParametersOf<typeof domains>): void {
  whenLinkMet(site, place, 'lost')
  atMoment(site, at, 'selects', () =>
    site.onHeal(site.network.degrade('recovery-host', place, { lostPerMille })),
  )
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
