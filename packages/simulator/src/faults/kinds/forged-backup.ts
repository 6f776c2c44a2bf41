import { backupName } from '@dr-drill/runbook-core/stemedb'
import { defineFault, NO_EXCUSE } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { signerWith } from '../forge-segment.ts'
import { reissueBackup } from '../reissue-backup.ts'
import { firesWhenAsked } from '../strike-objects.ts'

const SEED_BYTES = 32

function forge(site: FaultSite): void {
  const { name, recordCount } = site.contents.backups[0]
  const at = site.failureAt - 1_000
  const secret = site.random.split('stranger').bytes(SEED_BYTES)
  const forged = { name: backupName(at), startedAt: at, stoppedAt: at, recordCount: recordCount + 1 }
  const keys = reissueBackup(site, name, forged, signerWith(site.forgery.checksums, secret))
  firesWhenAsked(site, keys, `a stranger had laid ${forged.name} there`)
}

/** Somebody who may write to the bucket and has no key lays a newer backup there: whole, consistent, and of something that never was. */
export const forgedBackup = defineFault({
  kind: 'forged-backup',
  verb: "lay a newer backup into the bucket without the signer's key",
  strikes: 'stored-objects',
  when: 'before the run begins',
  targets: ['sim'],
  domains: {},
  outcome: () => 'recover',
  survival:
    'It is not signed by whom the backups are: it is refused, saying so, and the newest that is signed is taken.',
  excuses: () => NO_EXCUSE,
  planSource: null,
  strike: forge,
})
