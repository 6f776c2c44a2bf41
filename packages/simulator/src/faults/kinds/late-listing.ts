import type { ParametersOf } from '../domains/index.ts'
import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { endsAfter, howLong } from '../striking.ts'

const domains = { seconds: howLong(60, 3_600) }

/** Hiding every object of the newest backup hides its prefix, too. */
function hideNewest(site: FaultSite, { seconds }: ParametersOf<typeof domains>): void {
  const { name } = site.contents.backups[0]
  const keys = site.source.keys().filter((key) => key.startsWith(`${name}/`))
  site.at({ at: 'start' }, () => {
    const end = site.source.addRule(({ operation, prefix = '' }) => {
      if (operation !== 'ListObjectsV2' || !keys.some((key) => key.startsWith(prefix)))
        return { kind: 'pass' }
      site.fired(`a listing did not yet show ${name}`)
      return { kind: 'hide', keys }
    })
    endsAfter(site, seconds, end)
  })
}

/** A store that lists what is new only after a while: the newest backup is whole, can be fetched, and is in no listing yet. */
export const lateListing = defineFault({
  kind: 'late-listing',
  verb: 'list a store before it shows its newest backup',
  strikes: 'store-requests',
  when: 'from the beginning of the run on',
  targets: ['sim'],
  domains,
  outcome: () => 'recover',
  survival: 'The backup before it and the archived log hold the same records.',
  excuses: () => excusesDelay(0),
  planSource: null,
  strike: hideNewest,
})
