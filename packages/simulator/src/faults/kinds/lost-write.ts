import { LostWrite } from '../../disk/index.ts'
import { oneOf, type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { DATA_HOME, STAGING } from '../placed-files.ts'
import { armDisk } from '../striking.ts'

const domains = {
  where: oneOf('whose writes: of what is fetched, or any below the data home', ['fetched', 'any']),
  after: wholeNumber('how many such writes pass first', {
    min: 0,
    max: 1_000_000,
    usual: 3,
    drawn: { min: 0, max: 10 },
  }),
}

function lose(site: FaultSite, { where, after }: ParametersOf<typeof domains>): void {
  armDisk(
    site,
    new LostWrite({ below: where === 'fetched' ? STAGING : DATA_HOME, after }),
    'a write was acknowledged and lost',
  )
}

/** The device acknowledges one write and keeps what it had: the download was whole, the file is not. */
export const lostWrite = defineFault({
  kind: 'lost-write',
  verb: 'acknowledge a write and never make it',
  strikes: 'host',
  when: 'at the n-th such write',
  targets: ['sim'],
  domains,
  outcome: ({ where }) => (where === 'fetched' ? 'resume' : 'stop'),
  survival:
    'Every fetched byte is read back from the disk before it is placed: the run ends there, saying so, and what was spoilt is fetched again when it is resumed. What the service itself wrote nobody can fetch again.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: lose,
})
