import { oneOf, type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { UNITS } from '../service-names.ts'
import { NOTICED_MS, whenHostMet } from '../striking.ts'

/** How often the shipped runbooks force a backup before they give up. */
const ATTEMPTS = 2

const domains = {
  run: oneOf('of which service: the backup, the archive cycle, or the verification', [
    'backup',
    'archive',
    'verify',
  ]),
  times: wholeNumber('how many runs fail', { min: 1, max: 1_000, usual: 1, drawn: { min: 1, max: 3 } }),
}

function fail(site: FaultSite, { run, times }: ParametersOf<typeof domains>): void {
  whenHostMet(site, 'run-failed')
  site.at({ at: 'start' }, () => site.onHeal(site.host.failRuns(UNITS[run], times)))
}

/** Runs of what protects the restored data fail: timers are enabled, and nothing is backed up. */
export const failedBackup = defineFault({
  kind: 'failed-backup',
  verb: 'let runs of the backup fail',
  strikes: 'host',
  when: 'whenever it is run',
  targets: ['sim'],
  domains,
  outcome: ({ times }) => (times < ATTEMPTS ? 'recover' : 'resume'),
  survival:
    'Clients are let in only when a backup made by those very units was seen: it is tried again, then the run ends, saying so, and is resumed.',
  excuses: ({ times }) => excusesDelay(times < ATTEMPTS ? times * 5 * NOTICED_MS : null),
  planSource: null,
  strike: fail,
})
