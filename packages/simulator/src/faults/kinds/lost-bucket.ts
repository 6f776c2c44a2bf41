import { momentName, type ParametersOf } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { atMoment } from '../striking.ts'

const domains = { at: momentName('when it goes', ['selects', 'fetches', 'installs']) }

function lose(site: FaultSite, { at }: ParametersOf<typeof domains>): void {
  atMoment(site, at, 'selects', () => {
    const end = site.source.addRule(() => {
      site.fired('the bucket of the backups does not exist')
      return { kind: 'respond', code: 'NoSuchBucket' }
    })
    site.onHeal(end)
  })
}

/** The bucket of the backups is not there, with its region: every request is answered at once, and the answer is no. */
export const lostBucket = defineFault({
  kind: 'lost-bucket',
  verb: 'lose the region with the bucket of the backups',
  strikes: 'store-requests',
  when: 'from a moment of the run on, until the world heals',
  targets: ['sim'],
  domains,
  outcome: () => 'resume',
  survival:
    'What is not there is not waited for: the run ends, saying so; when the region is back it is resumed.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: lose,
})
