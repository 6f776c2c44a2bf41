import { STEMEDB_ENDPOINT } from '@dr-drill/runbook-core/stemedb'
import { chosenMoment, type ParametersOf } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { atMoment, endsAfter, howLong, whenHostMet } from '../striking.ts'

const domains = {
  seconds: howLong(60, 900),
  at: chosenMoment('from when on; by default as the service is started', ['starts']),
}

function occupy(site: FaultSite, { seconds, at }: ParametersOf<typeof domains>): void {
  whenHostMet(site, 'endpoint-occupied')
  atMoment(site, at, 'starts', () => endsAfter(site, seconds, site.host.occupy(STEMEDB_ENDPOINT)))
}

/** Somebody else listens where the restored service should: it cannot listen there, and who asks there is answered by a stranger. */
export const occupiedPort = defineFault({
  kind: 'occupied-port',
  verb: "listen on the restored service's port as somebody else",
  strikes: 'host',
  when: 'from a moment of the run on',
  targets: ['sim'],
  domains,
  outcome: () => 'resume',
  survival:
    'Who answers must be the process that this run started: the run ends, saying so, and is resumed when the port is free.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: occupy,
})
