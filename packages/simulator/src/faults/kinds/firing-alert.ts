import type { ParametersOf } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { endsAfter, howLong, whenSurroundingsMet } from '../striking.ts'

/** The shipped runbooks wait ten minutes for alerts to end. */
const BORNE_SECONDS = 500

const domains = { seconds: howLong(60, 3_600) }

function fire(site: FaultSite, { seconds }: ParametersOf<typeof domains>): void {
  whenSurroundingsMet(site, 'alert-seen')
  const step = site.stepUsing('Alerts')
  if (step === null) return
  site.at({ at: 'step-begins', step }, () =>
    endsAfter(site, seconds, site.surroundings.fireAlert('StemedbReplicationBroken')),
  )
}

/** An alert fires that no restore excuses. */
export const firingAlert = defineFault({
  kind: 'firing-alert',
  verb: 'let an alert fire',
  strikes: 'surroundings',
  when: 'from when monitoring is first asked on',
  targets: ['sim'],
  domains,
  outcome: ({ seconds }) => (seconds !== 'endless' && seconds <= BORNE_SECONDS ? 'recover' : 'resume'),
  survival:
    'Clients are let in when no unexpected alert fires: it is waited out, or the run ends before its gate, saying which one, and is resumed.',
  excuses: ({ seconds }) => excusesDelay(seconds === 'endless' ? null : seconds * 1_000 + 60_000),
  planSource: null,
  strike: fire,
})
