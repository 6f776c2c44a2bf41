import { chosenMoment, type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { ANY_STEP, atMoment, NOTICED_MS, whenHostMet } from '../striking.ts'

/** Shorter than any patience of anybody. */
const BORNE_SECONDS = 4

const domains = {
  seconds: wholeNumber('how long', { min: 1, max: 86_400, usual: 120, drawn: { min: 1, max: 1_200 } }),
  at: chosenMoment('when; by default as the restored service is first asked', ANY_STEP),
}

function pause(site: FaultSite, { seconds, at }: ParametersOf<typeof domains>): void {
  whenHostMet(site, 'paused')
  atMoment(site, at, 'validates', () => site.host.pause(seconds * 1_000))
}

/** Nothing on the recovery host moves for a while, as when its hypervisor migrates it; afterwards everything goes on as if nothing was. */
export const pausedHost = defineFault({
  kind: 'paused-host',
  verb: 'pause the recovery host',
  strikes: 'host',
  when: 'at a moment of the run',
  targets: ['sim'],
  domains,
  outcome: ({ seconds }) => (seconds <= BORNE_SECONDS ? 'recover' : 'resume'),
  survival:
    'What did not answer is asked again; where the patience is over the run ends, saying so, and is resumed.',
  excuses: ({ seconds }) => excusesDelay(seconds * 1_000 + 10 * NOTICED_MS),
  planSource: null,
  strike: pause,
})
