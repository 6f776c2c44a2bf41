import { momentName, type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { parseMoment } from '../moment-text.ts'
import { UNITS } from '../service-names.ts'
import { NOTICED_MS, whenHostMet } from '../striking.ts'

/** How often the shipped runbooks start the service before they give up. */
const ATTEMPTS = 3

const domains = {
  starts: wholeNumber('how many starts fail', { min: 1, max: 1_000, usual: 1, drawn: { min: 1, max: 4 } }),
  at: momentName('from when on', ['starts', 'gate']),
}

function fail(site: FaultSite, { starts, at }: ParametersOf<typeof domains>): void {
  whenHostMet(site, 'start-failed')
  const moment = parseMoment(at)
  if (moment !== null) site.at(moment, () => site.onHeal(site.host.failStarts(UNITS.api, starts)))
}

/** The next starts of the restored service fail, for a reason that passes. */
export const failedStart = defineFault({
  kind: 'failed-start',
  verb: 'let starts of the restored service fail',
  strikes: 'host',
  when: 'whenever it is started',
  targets: ['sim'],
  domains,
  outcome: ({ starts }) => (starts < ATTEMPTS ? 'recover' : 'resume'),
  survival: 'It is started again a few times; then the run ends, saying so, and is resumed.',
  excuses: ({ starts }) => excusesDelay(starts < ATTEMPTS ? starts * NOTICED_MS : null),
  planSource: null,
  strike: fail,
})
