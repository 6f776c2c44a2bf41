import { oneOf, type ParametersOf, stepName } from '../domains/index.ts'
import { defineFault } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { endsAfter, excusesWait, howLong, STORE_STEPS, storesOf, waitedOut } from '../striking.ts'

const domains = {
  seconds: howLong(3),
  step: stepName('with which step it begins; by default the first that fetches', STORE_STEPS),
  store: oneOf('which store', ['all', 'source', 'archive']),
}
/** How long which store is away. */
export type OutageParameters = ParametersOf<typeof domains>

function away(site: FaultSite, { seconds, step: named, store }: OutageParameters): void {
  const step = named === '' ? site.stepThat('fetches') : named
  if (step === null) return
  site.at({ at: 'step-begins', step }, () => {
    const which = store === 'all' ? 'all stores' : `store "${store}"`
    const ends = storesOf(site, store).map((one) =>
      one.addRule(() => {
        site.fired(`connections to ${which} were reset from the beginning of ${step} on`)
        return { kind: 'reset' }
      }),
    )
    endsAfter(site, seconds, () => {
      for (const end of ends) end()
    })
  })
}

/** Every connection to the object store is reset: for some seconds of drill time, or until the run has ended. */
export const s3Outage = defineFault({
  kind: 's3-outage',
  verb: 'let the object store go away',
  strikes: 'store-requests',
  when: 'when the first step that fetches begins, or the one named',
  targets: ['sim', 'local'],
  domains,
  outcome: ({ seconds }) => (seconds === 'endless' ? 'refuse' : waitedOut(seconds)),
  survival:
    'Shorter than the patience: waited out. Endless: refused while nothing was placed; later the run fails and can be resumed.',
  excuses: ({ seconds }) => excusesWait(seconds),
  planSource: null,
  strike: away,
})
