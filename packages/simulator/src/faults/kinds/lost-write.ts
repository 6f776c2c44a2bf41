import { LostWrite } from '../../disk/index.ts'
import { type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { DATA_HOME } from '../placed-files.ts'
import { armDisk } from '../striking.ts'

const domains = {
  after: wholeNumber('how many writes below the data home pass first', {
    min: 0,
    max: 1_000_000,
    usual: 3,
    drawn: { min: 0, max: 10 },
  }),
}

function lose(site: FaultSite, { after }: ParametersOf<typeof domains>): void {
  armDisk(site, new LostWrite({ below: DATA_HOME, after }), 'a write was acknowledged and lost')
}

/** The device acknowledges one write and keeps what it had: the download was whole, the file is not. */
export const lostWrite = defineFault({
  kind: 'lost-write',
  verb: 'acknowledge a write and never make it',
  strikes: 'host',
  when: 'at the n-th write below the data home',
  targets: ['sim'],
  domains,
  outcome: () => 'stop',
  survival:
    'Every fetched byte is read back from the disk before it is placed: the run ends there, saying so, and nothing was placed.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: lose,
})
