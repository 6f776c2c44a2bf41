import { momentName, type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { farEnd, whenLinkMet } from '../strike-links.ts'
import { atMoment, STORE_STEPS } from '../striking.ts'

const domains = {
  place: farEnd(),
  bytesPerSecond: wholeNumber('how many bytes pass in a second', {
    min: 1,
    max: 1_000_000_000_000,
    usual: 100_000,
    drawn: { min: 1_000, max: 10_000_000 },
  }),
  at: momentName('from when on', STORE_STEPS),
}

function degrade(site: FaultSite, { place, bytesPerSecond, at }: ParametersOf<typeof domains>): void {
  whenLinkMet(site, place, 'slowed')
  atMoment(site, at, 'selects', () =>
    site.onHeal(site.network.degrade('recovery-host', place, { bytesPerSecond })),
  )
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
