import { momentName, oneOf, type ParametersOf } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { atMoment, STORE_STEPS, storesOf } from '../striking.ts'

const domains = {
  store: oneOf('whose credential', ['source', 'archive']),
  at: momentName('when it expires', STORE_STEPS),
}

function expire(site: FaultSite, { store, at }: ParametersOf<typeof domains>): void {
  const [struck] = storesOf(site, store)
  if (struck === undefined) return
  atMoment(site, at, 'selects', () => {
    const met = (): void => site.fired(`the credential of store "${store}" had expired when it was used`)
    site.onHeal(struck.deny('expired', met))
  })
}

/** The credential that the recovery host uses is refused from a moment on, as a session token is when its time is over. */
export const expiredCredentials = defineFault({
  kind: 'expired-credentials',
  verb: 'let the credential of the recovery host expire',
  strikes: 'store-requests',
  when: 'from a moment of the run on, until the world heals',
  targets: ['sim'],
  domains,
  outcome: () => 'resume',
  survival:
    'Nobody can go on without a credential: the run ends at once, saying so, and is resumed with a new one.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: expire,
})
