import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { whenSurroundingsMet } from '../striking.ts'

function swallow(site: FaultSite): void {
  whenSurroundingsMet(site, 'route-swallowed')
  site.at({ at: 'start' }, () => site.onHeal(site.surroundings.swallowRouting()))
}

/** The balancer says yes and goes on sending clients to the host that is no more. */
export const swallowedRouting = defineFault({
  kind: 'swallowed-routing',
  verb: 'acknowledge a change of the pool and never make it',
  strikes: 'surroundings',
  when: 'whenever clients are routed, until the world heals',
  targets: ['sim'],
  domains: {},
  outcome: () => 'resume',
  survival: 'The pool is read back: the run ends, saying so, and is resumed.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: swallow,
})
