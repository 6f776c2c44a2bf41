import { defineFault } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { forgeInArchive } from '../forge-in-archive.ts'
import { signerWith } from '../forge-segment.ts'

const SEED_BYTES = 32

function forge(site: FaultSite): void {
  const secret = site.random.split('stranger').bytes(SEED_BYTES)
  forgeInArchive(site, signerWith(site.forgery.checksums, secret))
}

/** Somebody who may write to the bucket and has no key changes a record of an archived segment and makes every check fit but one. */
export const forgedSegment = defineFault({
  kind: 'forged-segment',
  verb: "rewrite an archived log segment without the signer's key",
  strikes: 'stored-objects',
  when: 'before the run begins',
  targets: ['sim'],
  domains: {},
  outcome: () => 'refuse',
  survival:
    'Its sidecar is not signed by whom the backups are: refused by range; with the loss accepted, exactly what follows is lost.',
  excuses: () => ({ delayMs: 0, lossMs: null }),
  planSource: null,
  strike: forge,
})
