import { defineFault, excusesDelay } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { signerWith } from '../forge-segment.ts'
import { reissueBackup } from '../reissue-backup.ts'
import { firesWhenAsked } from '../strike-objects.ts'

/** A version that no runbook has pinned yet. */
const NEWER = '0.2.0'

function upgrade(site: FaultSite): void {
  const { checksums, signingKey } = site.forgery
  const keys = site.contents.backups.flatMap(({ name }) =>
    reissueBackup(site, name, { engineVersion: NEWER }, signerWith(checksums, signingKey)),
  )
  firesWhenAsked(site, keys, `the backups are of engine ${NEWER}`)
}

/** Production's engine was upgraded and nobody pinned the new one: the artefact that the runbook installs did not write the data. */
export const upgradedEngine = defineFault({
  kind: 'upgraded-engine',
  verb: 'upgrade the engine without pinning its artefact anew',
  strikes: 'stored-objects',
  when: 'before the run begins',
  targets: ['sim'],
  domains: {},
  outcome: () => 'refuse',
  survival:
    'An engine is given only data of its own version: refused, naming both, until the pin is that of the engine that wrote the backup.',
  excuses: () => excusesDelay(null),
  planSource: null,
  strike: upgrade,
})
