import { type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { whenSurroundingsMet } from '../striking.ts'

const domains = {
  updates: wholeNumber('how many updates', { min: 1, max: 1_000, usual: 1, drawn: { min: 1, max: 3 } }),
}

function refuse(site: FaultSite, { updates }: ParametersOf<typeof domains>): void {
  whenSurroundingsMet(site, 'dns-refused')
  site.at({ at: 'start' }, () => site.onHeal(site.surroundings.refuseDnsUpdates(updates)))
}

/** The name service refuses updates of the zone. */
export const refusedDns = defineFault({
  kind: 'refused-dns',
  verb: 'refuse updates of the zone',
  strikes: 'surroundings',
  when: 'whenever the zone is updated',
  targets: ['sim'],
  domains,
  outcome: () => 'resume',
  survival: 'The run ends after its gate with clients still led elsewhere, saying so, and is resumed.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: refuse,
})
