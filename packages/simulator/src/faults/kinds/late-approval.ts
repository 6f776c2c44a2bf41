import type { ParametersOf } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { type HowLong, howLong, NOTICED_MS, whenSurroundingsMet } from '../striking.ts'

const domains = { seconds: howLong(3_600, 21_600) }

const excuse = (seconds: HowLong): number | null =>
  seconds === 'endless' ? null : seconds * 1_000 + NOTICED_MS

function delay(site: FaultSite, { seconds }: ParametersOf<typeof domains>): void {
  whenSurroundingsMet(site, 'approval-late')
  site.at({ at: 'start' }, () => {
    const ms = seconds === 'endless' ? null : seconds * 1_000
    site.onHeal(site.surroundings.delayApprovals(ms))
  })
}

/** Whoever must approve is asleep, in a meeting, or cannot be reached: the run waits, with everything that it holds. */
export const lateApproval = defineFault({
  kind: 'late-approval',
  verb: 'let whoever approves answer late',
  strikes: 'surroundings',
  when: 'whenever a step asks a person; in runbooks that ask one',
  targets: ['sim'],
  asks: 'approves',
  domains,
  outcome: ({ seconds }) => (seconds === 'endless' ? 'resume' : 'recover'),
  survival:
    'A run that waits keeps what it has and holds, and goes on when somebody answers; where nobody does it stays paused, saying for whom, and is resumed.',
  excuses: ({ seconds }) => excusesDelay(excuse(seconds)),
  planSource: null,
  strike: delay,
})
