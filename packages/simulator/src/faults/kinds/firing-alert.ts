import { chosenMoment, oneOf, type ParametersOf } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { parseMoment } from '../moment-text.ts'
import { endsAfter, howLong, whenSurroundingsMet } from '../striking.ts'

/** The shipped runbooks wait ten minutes for alerts to end. */
const BORNE_SECONDS = 500

const domains = {
  alert: oneOf('which', [
    'StemedbReplicationBroken',
    'StemedbDown',
    'BackupTooOld',
    'WalArchiveTooOld',
    'HighErrorRate',
  ]),
  seconds: howLong(60, 3_600),
  at: chosenMoment('from when on; by default as monitoring is first asked', ['starts', 'protects']),
}

function fire(site: FaultSite, { alert, seconds, at }: ParametersOf<typeof domains>): void {
  whenSurroundingsMet(site, 'alert-seen')
  const step = site.stepUsing('Alerts') ?? site.stepThat('gate')
  const usual = step === null ? null : ({ at: 'step-begins', step } as const)
  const moment = at === '' ? usual : parseMoment(at)
  if (moment === null) return
  site.at(moment, () => endsAfter(site, seconds, site.surroundings.fireAlert(alert)))
}

/** An alert fires that no restore excuses. */
export const firingAlert = defineFault({
  kind: 'firing-alert',
  verb: 'let an alert fire',
  strikes: 'surroundings',
  when: 'from a moment of the run on',
  targets: ['sim'],
  domains,
  outcome: ({ seconds }) => (seconds !== 'endless' && seconds <= BORNE_SECONDS ? 'recover' : 'resume'),
  survival:
    'Clients are let in when no unexpected alert fires: it is waited out, or the run ends before its gate, saying which one, and is resumed.',
  excuses: ({ seconds }) => excusesDelay(seconds === 'endless' ? null : seconds * 1_000 + 60_000),
  planSource: null,
  strike: fire,
})
