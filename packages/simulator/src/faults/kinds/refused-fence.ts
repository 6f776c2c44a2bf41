import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'

function refuse(site: FaultSite): void {
  site.oldPrimary.onMet((what) => {
    if (what === 'fence-refused') site.fired('the fence was refused')
  })
  site.at({ at: 'start' }, () => site.onHeal(site.oldPrimary.refuseFence('error')))
}

/** The old primary cannot be fenced: whoever would cut it off does not answer, or says no. */
export const refusedFence = defineFault({
  kind: 'refused-fence',
  verb: 'refuse to fence the old primary',
  strikes: 'old-primary',
  when: 'whenever it is fenced, until the world heals',
  targets: ['sim'],
  domains: {},
  outcome: () => 'resume',
  survival:
    'Without a fence nothing is read and nothing placed: the run ends, saying so, and is resumed when the fence holds.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: refuse,
})
