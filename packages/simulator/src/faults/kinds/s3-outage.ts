import { numberOr, oneOf, type ParametersOf, stepName, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'

/** Waiting goes on in longer and longer turns: the end of an outage is noticed so much later at most. */
const NOTICED_MS = 60_000

const domains = {
  seconds: numberOr(
    'endless',
    wholeNumber('how long, in seconds', { min: 1, max: 86_400, usual: 3, drawn: { min: 1, max: 3_600 } }),
  ),
  step: stepName('with which step it begins; by default the first that fetches', [
    'selects',
    'fetches',
    'installs',
    'protects',
  ]),
  store: oneOf('which store', ['all', 'source', 'archive']),
}
/** How long which store is away. */
export type OutageParameters = ParametersOf<typeof domains>

function away(site: FaultSite, { seconds, step: named, store }: OutageParameters): void {
  const step = named === '' ? site.stepThat('fetches') : named
  if (step === null) return
  site.at({ at: 'step-begins', step }, () => {
    const stores = [
      ...(store === 'archive' ? [] : [site.source]),
      ...(store === 'source' ? [] : [site.archive]),
    ]
    const ends = stores.map((one) =>
      one.addRule(() => {
        site.fired(
          `connections of ${store === 'all' ? 'all stores' : store} were reset from the beginning of ${step} on`,
        )
        return { kind: 'reset' }
      }),
    )
    const end = (): void => {
      for (const one of ends) one()
    }
    site.onHeal(end)
    if (seconds !== 'endless') site.after(seconds * 1_000, end)
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
  outcome: ({ seconds }) => (seconds === 'endless' ? 'refuse' : 'recover'),
  survival:
    'Shorter than the patience: waited out. Endless: refused while nothing was placed; later the run fails and can be resumed.',
  excuses: ({ seconds }) => excusesDelay(seconds === 'endless' ? null : seconds * 1_000 + NOTICED_MS),
  planSource: null,
  strike: away,
})
