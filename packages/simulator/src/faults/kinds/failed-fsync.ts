import { FailedSync } from '../../disk/index.ts'
import { type ParametersOf, truth, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { DATA_HOME } from '../placed-files.ts'
import { armDisk } from '../striking.ts'

const POWER_AFTER_MS = 120_000
const DOWN_MS = 60_000

const domains = {
  after: wholeNumber('how many fsyncs below the data home succeed first', {
    min: 0,
    max: 1_000_000,
    usual: 3,
    drawn: { min: 0, max: 20 },
  }),
  power: truth('whether the power fails two minutes later'),
}

function fail(site: FaultSite, { after, power }: ParametersOf<typeof domains>): void {
  const fault = new FailedSync({ below: DATA_HOME, after })
  let isFollowed = !power
  armDisk(
    site,
    {
      kind: fault.kind,
      meets(operation) {
        const verdict = fault.meets(operation)
        if (verdict !== 'perform' && !isFollowed) {
          isFollowed = true
          site.after(POWER_AFTER_MS, () => site.host.losePower(DOWN_MS))
        }
        return verdict
      },
      fork: () => fault.fork(),
    },
    'an fsync failed, and its pages count as clean',
  )
}

/** An fsync fails once. The next one succeeds and writes nothing: who only tries again believes what the power then takes. */
export const failedFsync = defineFault({
  kind: 'failed-fsync',
  verb: 'let an fsync fail once',
  strikes: 'host',
  when: 'at the n-th fsync below the data home',
  targets: ['sim'],
  domains,
  outcome: () => 'resume',
  survival:
    'The run ends, saying so. What was not durable is found by reading it back, and fetched again when it is resumed.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: fail,
})
