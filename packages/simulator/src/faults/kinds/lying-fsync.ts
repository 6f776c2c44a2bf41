import { LyingSync } from '../../disk/index.ts'
import { chosenMoment, type ParametersOf } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { armDisk, atMoment } from '../striking.ts'

const DOWN_MS = 60_000

const domains = {
  power: chosenMoment('when the power fails; by default as the service is started', [
    'protects-files',
    'starts',
    'validates',
  ]),
}

function lie(site: FaultSite, { power }: ParametersOf<typeof domains>): void {
  armDisk(site, new LyingSync(), 'an fsync was reported and not done')
  atMoment(site, power, 'starts', () => site.host.losePower(DOWN_MS))
}

/** The device reports every fsync as done and does none; then the power fails: what was placed durably is as if it had never been. */
export const lyingFsync = defineFault({
  kind: 'lying-fsync',
  verb: 'let the disk lie about fsync, and the power fail',
  strikes: 'host',
  when: 'from the beginning of the run on; the power fails at a moment of it',
  targets: ['sim'],
  domains,
  outcome: () => 'stop',
  survival:
    'No promise of the device can be relied on: engine and gate check what is there, and the run ends, saying so, before the gate.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: lie,
})
