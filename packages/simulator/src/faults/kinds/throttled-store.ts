import { momentName, oneOf, type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { atMoment, endsAfter, excusesWait, howLong, STORE_STEPS, storesOf, waitedOut } from '../striking.ts'

/** A request is asked again so often that this share of refusals never uses up its patience. */
const SHARE_BORNE = 25

const domains = {
  seconds: howLong(30),
  share: wholeNumber('how many requests of a hundred', { min: 1, max: 100, usual: 100 }),
  at: momentName('from when on', STORE_STEPS),
  store: oneOf('which store', ['all', 'source', 'archive']),
}

function throttle(site: FaultSite, { seconds, share, at, store }: ParametersOf<typeof domains>): void {
  const chance = site.random.split('requests')
  atMoment(site, at, 'selects', () => {
    for (const one of storesOf(site, store)) {
      const end = one.addRule(() => {
        if (!chance.chance(share, 100)) return { kind: 'pass' }
        site.fired('a request was answered 503 SlowDown')
        return { kind: 'respond', code: 'SlowDown' }
      })
      endsAfter(site, seconds, end)
    }
  })
}

/** The store answers 503 SlowDown: to every request, or to some of them, as when others use up its rate. */
export const throttledStore = defineFault({
  kind: 'throttled-store',
  verb: 'use up the request rate of the store',
  strikes: 'store-requests',
  when: 'from a moment of the run on',
  targets: ['sim'],
  domains,
  outcome: ({ seconds, share }) =>
    share <= SHARE_BORNE && seconds !== 'endless' ? 'recover' : waitedOut(seconds),
  survival:
    'Asked again after growing pauses; for longer than the patience the run ends, saying so, and can be resumed.',
  excuses: ({ seconds }) => excusesWait(seconds),
  planSource: null,
  strike: throttle,
})
