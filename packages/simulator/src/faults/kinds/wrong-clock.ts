import { momentName, oneOf, type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, NO_EXCUSE } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { atMoment, whenHostMet } from '../striking.ts'

const domains = {
  way: oneOf('which way it jumps', ['back', 'forward']),
  seconds: wholeNumber('by how much', {
    min: 1,
    max: 400_000_000,
    usual: 86_400,
    drawn: { min: 1, max: 40_000_000 },
  }),
  at: momentName('when', ['starts', 'validates', 'protects']),
}

function step(site: FaultSite, { way, seconds, at }: ParametersOf<typeof domains>): void {
  whenHostMet(site, 'clock-read')
  atMoment(site, at, 'starts', () => site.host.stepClock((way === 'back' ? -1 : 1) * seconds * 1_000))
}

/** The wall clock of the recovery host jumps: it was never set, or is set now. Drill time goes on; history time does not fit any more. */
export const wrongClock = defineFault({
  kind: 'wrong-clock',
  verb: "step the recovery host's clock",
  strikes: 'host',
  when: 'at a moment of the run',
  targets: ['sim'],
  domains,
  outcome: () => 'recover',
  survival:
    'No duration is taken from the wall clock, the engine stamps no record before the last one, and new backups are known by what they hold.',
  excuses: () => NO_EXCUSE,
  planSource: null,
  strike: step,
})
