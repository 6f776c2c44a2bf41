import { oneOf, type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, NO_EXCUSE } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { whenHostMet } from '../striking.ts'

const domains = {
  way: oneOf('whether it runs slow or fast', ['slow', 'fast']),
  partsPerMillion: wholeNumber('by how much', {
    min: 1,
    max: 900_000,
    usual: 50_000,
    drawn: { min: 100, max: 500_000 },
  }),
}

function drift(site: FaultSite, { way, partsPerMillion }: ParametersOf<typeof domains>): void {
  whenHostMet(site, 'clock-read')
  site.at({ at: 'start' }, () => {
    site.host.driftClock(way === 'slow' ? -partsPerMillion : partsPerMillion)
    site.onHeal(() => site.host.driftClock(0))
  })
}

/** The wall clock of the recovery host runs at another pace than the world's. */
export const driftingClock = defineFault({
  kind: 'drifting-clock',
  verb: "let the recovery host's clock drift",
  strikes: 'host',
  when: 'from the beginning of the run on',
  targets: ['sim'],
  domains,
  outcome: () => 'recover',
  survival:
    'Durations and the RTO are taken from a clock that does not drift; records are ordered by position, not by time.',
  excuses: () => NO_EXCUSE,
  planSource: null,
  strike: drift,
})
