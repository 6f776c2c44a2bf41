import { chosenMoment, type ParametersOf, truth } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { UNITS } from '../service-names.ts'
import { atMoment, SERVICE_STEPS, whenHostMet } from '../striking.ts'

const domains = {
  restarts: truth('whether its manager starts it again'),
  at: chosenMoment('when; by default as the test write begins', SERVICE_STEPS),
}

function crash(site: FaultSite, { restarts, at }: ParametersOf<typeof domains>): void {
  whenHostMet(site, 'service-crashed')
  atMoment(site, at, 'probes-by-writing', () => site.host.crashService(UNITS.api, { restarts }))
}

/** The restored service dies while it is being checked: it stays down, or another process answers where the checked one did. */
export const crashedService = defineFault({
  kind: 'crashed-service',
  verb: 'crash the restored service',
  strikes: 'host',
  when: 'at a moment of the run',
  targets: ['sim'],
  domains,
  outcome: () => 'resume',
  survival:
    'Every check is of the process that this run started: another one, or none, ends the run, which is resumed from the start of the service.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: crash,
})
