import { momentName, type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { parseMoment } from '../moment-text.ts'
import { NOTICED_MS, whenSurroundingsMet } from '../striking.ts'

/** How often the shipped runbooks send a notice before they give up. */
const ATTEMPTS = 3

const domains = {
  notices: wholeNumber('how many notices', { min: 1, max: 1_000, usual: 1, drawn: { min: 1, max: 4 } }),
  at: momentName('from when on', ['notifies', 'exposes', 'answers-clients']),
}

function refuse(site: FaultSite, { notices, at }: ParametersOf<typeof domains>): void {
  whenSurroundingsMet(site, 'notice-refused')
  const moment = parseMoment(at)
  if (moment !== null) site.at(moment, () => site.onHeal(site.surroundings.refuseNotices(notices)))
}

/** Notices are not accepted: the channel to the people is down, too. */
export const refusedNotice = defineFault({
  kind: 'refused-notice',
  verb: 'refuse notices to stakeholders',
  strikes: 'surroundings',
  when: 'whenever people are told',
  targets: ['sim'],
  domains,
  outcome: ({ notices }) => (notices < ATTEMPTS ? 'recover' : 'resume'),
  survival:
    'A notice is sent again a few times; then the run ends, saying so, and is resumed, or is run without an announcement.',
  excuses: ({ notices }) => excusesDelay(notices < ATTEMPTS ? notices * NOTICED_MS : null),
  planSource: null,
  strike: refuse,
})
