import { chosenMoment, type ParametersOf } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { UNITS } from '../service-names.ts'
import { atMoment, endsAfter, howLong, SERVICE_STEPS, whenHostMet } from '../striking.ts'

/** Where the shipped runbooks ask again what does not answer, and for how many seconds at least. */
const ASKED_AGAIN: ReadonlyMap<string, number> = new Map([
  ['', 20],
  ['write-probe/begins', 20],
  ['probe-client/begins', 200],
])

const domains = {
  seconds: howLong(20, 900),
  at: chosenMoment('when; by default as the test write begins', [...SERVICE_STEPS, 'answers-clients']),
}

function hang(site: FaultSite, { seconds, at }: ParametersOf<typeof domains>): void {
  whenHostMet(site, 'service-hung')
  atMoment(site, at, 'probes-by-writing', () => endsAfter(site, seconds, site.host.hangService(UNITS.api)))
}

/** The restored service runs and answers nothing for a while: its manager calls it active. */
export const hungService = defineFault({
  kind: 'hung-service',
  verb: 'hang the restored service',
  strikes: 'host',
  when: 'at a moment of the run',
  targets: ['sim'],
  domains,
  outcome: ({ seconds, at }) =>
    seconds !== 'endless' && seconds <= (ASKED_AGAIN.get(at) ?? 0) ? 'recover' : 'resume',
  survival:
    'Active is not healthy: it is asked until it answers or the patience is over; then the run ends, saying so, and is resumed.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: hang,
})
