import type { FaultSite } from './fault-site.ts'
import { forgeSegment, forgeSidecar, type Sign } from './forge-segment.ts'
import { soleSegments } from './source-plan.ts'
import { bytesNow, firesWhenAsked, replaceForGood } from './strike-objects.ts'

/** One record of a segment of which the archive has the only copy says something else; never of the newest: no successor vouches for it. */
export function forgeInArchive(site: FaultSite, sign: Sign): void {
  const able = soleSegments(site.contents).filter((one) => one !== site.contents.segments.at(-1))
  if (able.length === 0) return
  const { key } = site.random.split('segment').pick(able)
  const { checksums } = site.forgery
  const [bytes, sidecar] = [bytesNow(site, key), bytesNow(site, `${key}.json`)]
  if (bytes === null || sidecar === null) return
  const forged = forgeSegment(checksums, bytes, site.random.split('record'))
  if (forged === null) return
  replaceForGood(site, key, forged)
  replaceForGood(site, `${key}.json`, forgeSidecar(checksums, sidecar, forged, sign))
  firesWhenAsked(site, [key, `${key}.json`], `a record of ${key} says something else than was written`)
}
