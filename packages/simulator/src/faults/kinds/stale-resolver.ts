import { type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { excusesWait, whenSurroundingsMet } from '../striking.ts'

/** The shipped runbooks wait an hour for resolvers. */
const BORNE_SECONDS = 3_400

const domains = {
  seconds: wholeNumber('how much longer than the TTL it answers with what it has', {
    min: 1,
    max: 86_400,
    usual: 600,
    drawn: { min: 1, max: 7_200 },
  }),
}

function keep(site: FaultSite, { seconds }: ParametersOf<typeof domains>): void {
  whenSurroundingsMet(site, 'dns-stale')
  site.at({ at: 'start' }, () => site.onHeal(site.surroundings.keepStaleDns('resolver-1', seconds * 1_000)))
}

/** One resolver keeps the old address for longer than it should: its clients go where nobody serves them. */
export const staleResolver = defineFault({
  kind: 'stale-resolver',
  verb: 'let a resolver ignore the TTL',
  strikes: 'surroundings',
  when: 'when the name is switched',
  targets: ['sim'],
  domains,
  outcome: ({ seconds }) => (seconds <= BORNE_SECONDS ? 'recover' : 'resume'),
  survival:
    'The run has not ended before every resolver agrees; with the patience it ends, saying so, and is resumed.',
  excuses: ({ seconds }) => excusesWait(seconds),
  planSource: null,
  strike: keep,
})
