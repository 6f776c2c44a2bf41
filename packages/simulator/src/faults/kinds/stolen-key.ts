import { defineFault } from '../fault-kind.ts'
import type { FaultSite } from '../fault-site.ts'
import { forgeInArchive } from '../forge-in-archive.ts'
import { signerWith } from '../forge-segment.ts'

function forge(site: FaultSite): void {
  const { checksums, signingKey } = site.forgery
  forgeInArchive(site, signerWith(checksums, signingKey))
}

/** A forger who has the signer's key: signature and checksums fit. Only the next segment's sidecar still names the digest of the true one. */
export const stolenKey = defineFault({
  kind: 'stolen-key',
  verb: "rewrite an archived log segment with the signer's key",
  strikes: 'stored-objects',
  when: 'before the run begins',
  targets: ['sim'],
  domains: {},
  outcome: () => 'refuse',
  survival:
    'The chain of digests is broken behind it: refused by range. A forger who signs the whole chain anew is beyond what a restore can see.',
  excuses: () => ({ delayMs: 0, lossMs: null }),
  planSource: null,
  strike: forge,
})
