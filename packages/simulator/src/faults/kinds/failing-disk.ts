import { FailingCall } from '../../disk/index.ts'
import { oneOf, type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { DATA_HOME } from '../placed-files.ts'
import { armDisk } from '../striking.ts'

const domains = {
  call: oneOf('which call fails', ['write', 'read', 'create', 'rename', 'syncDirectory']),
  after: wholeNumber('how many such calls below the data home pass first', {
    min: 0,
    max: 1_000_000,
    usual: 3,
    drawn: { min: 0, max: 20 },
  }),
  times: wholeNumber('how many fail then', { min: 1, max: 1_000_000, usual: 1, drawn: { min: 1, max: 3 } }),
}

function fail(site: FaultSite, { call, after, times }: ParametersOf<typeof domains>): void {
  armDisk(site, new FailingCall({ method: call, below: DATA_HOME, after, times }), 'the device failed')
}

/** The recovery host's disk fails some calls with an I/O error and works again afterwards. */
export const failingDisk = defineFault({
  kind: 'failing-disk',
  verb: "let a call of the recovery host's disk fail",
  strikes: 'host',
  when: 'at the n-th such call below the data home',
  targets: ['sim'],
  domains,
  outcome: () => 'resume',
  survival: 'What failed is never taken for done: the run ends, saying so, and is resumed.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: fail,
})
