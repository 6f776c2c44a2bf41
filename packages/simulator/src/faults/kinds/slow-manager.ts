import { chosenMoment, oneOf, type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { parseMoment } from '../moment-text.ts'
import { NOTICED_MS, whenHostMet } from '../striking.ts'

/** Shorter than the timeouts of the shipped runbooks' steps. */
const BORNE_SECONDS = 300

const domains = {
  verb: oneOf('what it is slow at', ['stop', 'install', 'start', 'enable', 'status']),
  seconds: wholeNumber('how long one such request takes', {
    min: 1,
    max: 86_400,
    usual: 120,
    drawn: { min: 1, max: 1_200 },
  }),
  requests: wholeNumber('how many such requests', {
    min: 1,
    max: 1_000,
    usual: 1,
    drawn: { min: 1, max: 4 },
  }),
  at: chosenMoment('from when on; by default from the beginning', [
    'stops',
    'installs',
    'starts',
    'validates',
  ]),
}

function slow(site: FaultSite, { verb, seconds, requests, at }: ParametersOf<typeof domains>): void {
  whenHostMet(site, `manager-slow ${verb}`)
  const moment = at === '' ? ({ at: 'start' } as const) : parseMoment(at)
  if (moment === null) return
  site.at(moment, () => site.onHeal(site.host.slowManager(verb, seconds * 1_000, requests)))
}

/** The service manager takes its time for one request: a stop that waits for a process, a reload that hangs. */
export const slowManager = defineFault({
  kind: 'slow-manager',
  verb: "let a request to the recovery host's service manager hang for a while",
  strikes: 'host',
  when: 'at the first such request from a moment of the run on',
  targets: ['sim'],
  domains,
  outcome: ({ seconds, requests }) => (seconds * requests <= BORNE_SECONDS ? 'recover' : 'resume'),
  survival:
    'What needs the unit waits for it; a step that runs out of its time ends the run, which can be resumed.',
  excuses: ({ seconds, requests }) => excusesDelay(requests * seconds * 1_000 + 10 * NOTICED_MS),
  planSource: null,
  strike: slow,
})
