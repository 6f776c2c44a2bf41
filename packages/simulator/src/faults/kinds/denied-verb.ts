import { momentName, oneOf, type ParametersOf } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { atMoment, STORE_STEPS } from '../striking.ts'

const domains = {
  verb: oneOf('what is denied: reading objects, listing them, or writing them', ['read', 'list', 'write']),
  at: momentName('from when on', STORE_STEPS),
}

/** Reading and listing are denied where backups are, writing where new ones go. */
function deny(site: FaultSite, { verb, at }: ParametersOf<typeof domains>): void {
  const store = verb === 'write' ? site.archive : site.source
  atMoment(site, at, 'selects', () => {
    site.onHeal(store.deny(verb, (operation) => site.fired(`${operation} was denied`)))
  })
}

/** A policy that forgets one verb: the credential is good, and may not do this. */
export const deniedVerb = defineFault({
  kind: 'denied-verb',
  verb: "leave one verb out of the recovery host's policy",
  strikes: 'store-requests',
  when: 'from a moment of the run on, until the world heals',
  targets: ['sim'],
  domains,
  outcome: () => 'resume',
  survival:
    'The run ends where it needs the verb, naming it, before clients are let in; with the verb it is resumed.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: deny,
})
