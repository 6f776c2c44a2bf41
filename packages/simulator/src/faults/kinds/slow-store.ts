import { momentName, oneOf, type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { atMoment, STORE_STEPS } from '../striking.ts'

const ARTEFACTS = 'artifacts/'
/** Nobody else waits for the artefact; a client of a store waits a little longer than this for bytes. */
const BORNE_MS = { all: 20_000, artefact: 28_000 } as const

const domains = {
  delayMs: wholeNumber('how much later each answer comes, in ms', {
    min: 1,
    max: 3_600_000,
    usual: 1_000,
    drawn: { min: 10, max: 20_000 },
  }),
  objects: oneOf("of which objects: all, or the engine's artefact alone", ['all', 'artefact']),
  at: momentName('from when on', STORE_STEPS),
}

function slow(site: FaultSite, { delayMs, objects, at }: ParametersOf<typeof domains>): void {
  atMoment(site, at, 'selects', () => {
    const end = site.source.addRule(({ key }) => {
      if (objects === 'artefact' && !key.startsWith(ARTEFACTS)) return { kind: 'pass' }
      site.fired(`an answer came ${delayMs} ms later`)
      return { kind: 'delay', ms: delayMs }
    })
    site.onHeal(end)
  })
}

/** Every answer of the source comes late, for as long as the run lasts. Nothing fails; only time passes. */
export const slowStore = defineFault({
  kind: 'slow-store',
  verb: 'serve the source from slow storage',
  strikes: 'store-requests',
  when: 'from a moment of the run on',
  targets: ['sim'],
  domains,
  outcome: ({ delayMs, objects }) => (delayMs <= BORNE_MS[objects] ? 'recover' : 'resume'),
  survival:
    'What comes late is waited for; a step that runs out of its time ends the run, which can be resumed.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: slow,
})
