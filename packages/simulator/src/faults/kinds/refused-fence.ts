import { oneOf, type ParametersOf } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { NOTICED_MS } from '../striking.ts'

const domains = {
  until: oneOf('for how long it is refused: until the world heals, or once', ['healed', 'once']),
}

function refuse(site: FaultSite, { until }: ParametersOf<typeof domains>): void {
  let end = (): void => {}
  site.oldPrimary.onMet((what) => {
    if (what !== 'fence-refused') return
    site.fired('the fence was refused')
    if (until === 'once') end()
  })
  site.at({ at: 'start' }, () => {
    end = site.oldPrimary.refuseFence('error')
    site.onHeal(end)
  })
}

/** The old primary cannot be fenced: whoever would cut it off does not answer, or says no. */
export const refusedFence = defineFault({
  kind: 'refused-fence',
  verb: 'refuse to fence the old primary',
  strikes: 'old-primary',
  when: 'when it is fenced',
  targets: ['sim'],
  domains,
  outcome: ({ until }) => (until === 'once' ? 'recover' : 'resume'),
  survival:
    'Without a fence nothing is read and nothing placed: it is asked for again; then the run ends, saying so, and is resumed when the fence holds.',
  excuses: ({ until }) => excusesDelay(until === 'once' ? NOTICED_MS : null),
  planSource: null,
  strike: refuse,
})
