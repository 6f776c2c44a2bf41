import { type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { NOTICED_MS, whenSurroundingsMet } from '../striking.ts'

/** How often the shipped runbooks ask the balancer before they give up. */
const ATTEMPTS = 3

const domains = {
  changes: wholeNumber('how many changes', { min: 1, max: 1_000, usual: 1, drawn: { min: 1, max: 4 } }),
}

function refuse(site: FaultSite, { changes }: ParametersOf<typeof domains>): void {
  whenSurroundingsMet(site, 'route-refused')
  site.at({ at: 'start' }, () => site.onHeal(site.surroundings.refuseRouting(changes)))
}

/** The balancer refuses to change its pool. */
export const refusedRouting = defineFault({
  kind: 'refused-routing',
  verb: 'refuse to change the pool of the balancer',
  strikes: 'surroundings',
  when: 'whenever clients are routed',
  targets: ['sim'],
  domains,
  outcome: ({ changes }) => (changes < ATTEMPTS ? 'recover' : 'resume'),
  survival: 'It is asked again a few times; then the run ends after its gate, saying so, and is resumed.',
  excuses: ({ changes }) => excusesDelay(changes < ATTEMPTS ? changes * NOTICED_MS : null),
  planSource: null,
  strike: refuse,
})
