import { chosenMoment, type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { atMoment, DISK_STEPS, NOTICED_MS, SERVICE_STEPS, whenHostMet } from '../striking.ts'

const domains = {
  downSeconds: wholeNumber('until it is back', {
    min: 1,
    max: 86_400,
    usual: 60,
    drawn: { min: 1, max: 1_800 },
  }),
  at: chosenMoment('when; by default as the first step that places files begins', [
    ...DISK_STEPS,
    ...SERVICE_STEPS,
    'starts',
    'exposes',
  ]),
}

function cut(site: FaultSite, { downSeconds, at }: ParametersOf<typeof domains>): void {
  whenHostMet(site, 'power-lost')
  atMoment(site, at, 'places', () => site.host.losePower(downSeconds * 1_000))
}

/** The recovery host loses its power: services are gone, and of what was not fsynced nothing, some or all is left. */
export const powerLoss = defineFault({
  kind: 'power-loss',
  verb: "cut the recovery host's power",
  strikes: 'host',
  when: 'at a moment of the run',
  targets: ['sim'],
  domains,
  outcome: () => 'resume',
  survival:
    'What a step reported as done was fsynced; what was under way is done again when the run is resumed.',
  excuses: ({ downSeconds }) => excusesDelay(downSeconds * 1_000 + 10 * NOTICED_MS),
  planSource: null,
  strike: cut,
})
