import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { whenSurroundingsMet } from '../striking.ts'

function swallow(site: FaultSite): void {
  whenSurroundingsMet(site, 'dns-swallowed')
  site.at({ at: 'start' }, () => site.onHeal(site.surroundings.swallowDnsUpdates()))
}

/** The name service acknowledges an update and never makes it: the fourth of the pitfalls that the procedure names. */
export const swallowedDns = defineFault({
  kind: 'swallowed-dns',
  verb: 'acknowledge an update of the zone and never make it',
  strikes: 'surroundings',
  when: 'whenever the zone is updated, until the world heals',
  targets: ['sim'],
  domains: {},
  outcome: () => 'resume',
  survival:
    'Every resolver is asked until it answers with the new address; with the patience the run ends, saying so, and is resumed.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: swallow,
})
