import { chosenMoment, oneOf, type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { atMoment, DISK_STEPS, whenHostMet } from '../striking.ts'

/** Of the system's device the shipped runbooks only ask for a small file now and then. */
const BORNE_FACTOR = 5_000

const domains = {
  factor: wholeNumber('how many times as long everything takes', {
    min: 2,
    max: 1_000_000,
    usual: 100,
    drawn: { min: 2, max: 2_000 },
  }),
  device: oneOf('which of its devices: all, the one with the data, or the one with the system', [
    'all',
    'data',
    'system',
  ]),
  at: chosenMoment('from when on; by default as the first step that places files begins', DISK_STEPS),
}

function slow(site: FaultSite, { factor, device, at }: ParametersOf<typeof domains>): void {
  whenHostMet(site, 'disk-slow')
  atMoment(site, at, 'places', () => site.onHeal(site.host.slowDisk(factor, device)))
}

/** The recovery host's disk takes many times as long: a neighbour, a rebuild, a dying device. Nothing fails. */
export const slowDisk = defineFault({
  kind: 'slow-disk',
  verb: "slow the recovery host's disk down",
  strikes: 'host',
  when: 'from a moment of the run on',
  targets: ['sim'],
  domains,
  outcome: ({ factor, device }) => (device === 'system' && factor <= BORNE_FACTOR ? 'recover' : 'resume'),
  survival:
    'What takes longer is waited for; a step that runs out of its time ends the run, which can be resumed.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: slow,
})
