import { type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { whenSurroundingsMet } from '../striking.ts'

/** The shipped runbooks wait ten minutes for monitoring. */
const BORNE_SECONDS = 500

const domains = {
  seconds: wholeNumber('for how long', { min: 1, max: 86_400, usual: 300, drawn: { min: 1, max: 3_600 } }),
}

function blind(site: FaultSite, { seconds }: ParametersOf<typeof domains>): void {
  whenSurroundingsMet(site, 'monitoring-blind')
  const step = site.stepUsing('Alerts')
  if (step === null) return
  site.at({ at: 'step-begins', step }, () => site.onHeal(site.surroundings.blindMonitoring(seconds * 1_000)))
}

/** Monitoring does not see the restored server: no alert fires, and that means nothing. */
export const blindMonitoring = defineFault({
  kind: 'blind-monitoring',
  verb: 'let monitoring lose sight of the restored server',
  strikes: 'surroundings',
  when: 'from when monitoring is first asked on',
  targets: ['sim'],
  domains,
  outcome: ({ seconds }) => (seconds <= BORNE_SECONDS ? 'recover' : 'resume'),
  survival:
    'No alert counts only from a monitoring that sees the server: it is waited for, or the run ends before its gate, saying so, and is resumed.',
  excuses: ({ seconds }) => excusesDelay(seconds * 1_000 + 60_000),
  planSource: null,
  strike: blind,
})
