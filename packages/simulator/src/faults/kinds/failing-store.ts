import { momentName, oneOf, type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { atMoment, NOTICED_MS, STORE_STEPS, storesOf } from '../striking.ts'

const domains = {
  requests: wholeNumber('how many requests fail', {
    min: 1,
    max: 10_000,
    usual: 3,
    drawn: { min: 1, max: 8 },
  }),
  code: oneOf('what the store answers', ['InternalError', 'ServiceUnavailable', 'RequestTimeout']),
  at: momentName('from when on', STORE_STEPS),
  store: oneOf('which store', ['all', 'source', 'archive']),
}

function fail(site: FaultSite, { requests, code, at, store }: ParametersOf<typeof domains>): void {
  let left = requests
  atMoment(site, at, 'selects', () => {
    for (const one of storesOf(site, store)) {
      const end = one.addRule(() => {
        if (left === 0) return { kind: 'pass' }
        left -= 1
        site.fired(`a request was answered ${code}`)
        return { kind: 'respond', code }
      })
      site.onHeal(end)
    }
  })
}

/** A burst of answers of the 500s: the next requests fail, whatever they ask for; a request that was to write wrote nothing. */
export const failingStore = defineFault({
  kind: 'failing-store',
  verb: 'let a burst of requests to the store fail',
  strikes: 'store-requests',
  when: 'from a moment of the run on',
  targets: ['sim'],
  domains,
  outcome: ({ requests }) => (requests <= 8 ? 'recover' : 'resume'),
  survival:
    'Each request is made again; a long burst outlasts the patience, the run ends, saying so, and can be resumed.',
  excuses: ({ requests }) => excusesDelay(requests * NOTICED_MS),
  planSource: null,
  strike: fail,
})
