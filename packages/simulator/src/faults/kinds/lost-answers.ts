import type { ParametersOf } from '../domains/index.ts'
import { defineFault } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { changesLink, linkDomains } from '../strike-links.ts'
import { excusesWait, howLong } from '../striking.ts'

const domains = {
  ...linkDomains,
  seconds: howLong(30),
}

const cut = (site: FaultSite, given: ParametersOf<typeof domains>): void =>
  changesLink(site, given, 'partitioned', (place) =>
    site.network.partition('recovery-host', place, { oneWay: true }),
  )

/** Requests arrive and act, and their answers are lost: what was done looks as if it had not been. */
export const lostAnswers = defineFault({
  kind: 'lost-answers',
  verb: 'lose the answers of a place on their way back',
  strikes: 'network',
  when: 'from a moment of the run on',
  targets: ['sim'],
  domains,
  outcome: () => 'resume',
  survival:
    'Every request may be made twice: a conditional write that was made already is known for what it is.',
  excuses: ({ seconds }) => excusesWait(seconds),
  planSource: null,
  strike: cut,
})
