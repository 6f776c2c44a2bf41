import { oneOf, type ParametersOf } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { UNITS } from '../service-names.ts'
import { whenHostMet } from '../striking.ts'

const domains = { timer: oneOf('which timer', ['archive', 'backup']) }

const TIMERS = { archive: UNITS.archiveTimer, backup: UNITS.backupTimer } as const

function stop(site: FaultSite, { timer }: ParametersOf<typeof domains>): void {
  whenHostMet(site, 'timer-silent')
  site.at({ at: 'start' }, () => site.onHeal(site.host.stopTimer(TIMERS[timer])))
}

/** A timer is enabled, says when it will elapse next, and never does. */
export const silentTimer = defineFault({
  kind: 'silent-timer',
  verb: 'let a timer never elapse',
  strikes: 'host',
  when: 'from when it is enabled on',
  targets: ['sim'],
  domains,
  outcome: () => 'recover',
  survival:
    'The restore itself is whole and backed up once by force; what the timer then leaves undone only monitoring sees.',
  excuses: () => excusesDelay(0),
  planSource: null,
  strike: stop,
})
