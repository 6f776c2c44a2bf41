import { chosenMoment, type ParametersOf } from '../domains/index.ts'
import { defineFault, NO_EXCUSE } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { atMoment } from '../striking.ts'

const domains = {
  back: chosenMoment('when the old primary comes back; by default as the restored service is started', [
    'fetches',
    'places',
    'starts',
    'protects',
    'exposes',
  ]),
}

function lie(site: FaultSite, { back }: ParametersOf<typeof domains>): void {
  site.oldPrimary.onMet((what) => {
    if (what === 'fence-lied') site.fired('the fence was acknowledged and does not hold')
  })
  site.at({ at: 'start' }, () => site.onHeal(site.oldPrimary.refuseFence('lie')))
  atMoment(site, back, 'starts', () => site.oldPrimary.comeBack())
}

/** The fence is acknowledged and does not hold; then the old primary comes back and goes on as if nothing had happened. */
export const lyingFence = defineFault({
  kind: 'lying-fence',
  verb: 'acknowledge a fence that does not hold',
  strikes: 'old-primary',
  when: 'when it is fenced; it comes back at a moment of the run',
  targets: ['sim'],
  domains,
  outcome: () => 'recover',
  survival:
    'Name and balancer lead to the restored server alone, and what that one archives is a history of its own: the old one can add nothing to it.',
  excuses: () => NO_EXCUSE,
  planSource: null,
  strike: lie,
})
