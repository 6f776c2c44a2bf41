import { type ParametersOf, wholeNumber } from '../domains/index.ts'
import { defineFault } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'

const MINUTE_MS = 60_000

const domains = {
  minutes: wholeNumber('by how many minutes before the disaster it lags behind', {
    min: 1,
    max: 10_080,
    usual: 240,
    drawn: { min: 1, max: 400 },
  }),
}

function lag(site: FaultSite, { minutes }: ParametersOf<typeof domains>): void {
  const until = site.failureAt - minutes * MINUTE_MS
  const { source } = site
  const hidden = source.keys().filter((key) => (source.versions(key)[0]?.lastModifiedAt ?? 0) > until)
  if (hidden.length === 0) return
  site.at({ at: 'start' }, () => {
    source.lagBehind(until)
    site.onHeal(() => source.lagBehind(null))
    source.onList((prefix) => {
      if (hidden.some((key) => key.startsWith(prefix)))
        site.fired(`the replica did not show ${hidden.length} objects of the last ${minutes} minutes`)
    })
  })
}

/** The bucket is read from a replica that has not received the newest writes: all that it shows is whole, and there is too little. */
export const staleReplica = defineFault({
  kind: 'stale-replica',
  verb: 'restore from a replica that lags behind',
  strikes: 'store-requests',
  when: 'from the beginning of the run on, until the world heals',
  targets: ['sim'],
  domains,
  outcome: () => 'recover',
  survival:
    'What the replica shows is restored; what it has not received is lost and counted, and that the newest log is there stays unproven without a ledger.',
  excuses: ({ minutes }) => ({ delayMs: 0, lossMs: minutes * MINUTE_MS }),
  planSource: null,
  strike: lag,
})
