import type { ParametersOf } from '../domains/index.ts'
import { defineFault } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { atLink, linkDomains, whenLinkMet } from '../strike-links.ts'
import { endsAfter, excusesWait, howLong } from '../striking.ts'

const domains = {
  ...linkDomains,
  seconds: howLong(30),
}

function cut(site: FaultSite, { seconds, ...link }: ParametersOf<typeof domains>): void {
  whenLinkMet(site, link.place, 'partitioned')
  atLink(site, link, () =>
    endsAfter(site, seconds, site.network.partition('recovery-host', link.place, { oneWay: true })),
  )
}

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
