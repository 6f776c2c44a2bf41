import type { FaultSite } from './fault-site.ts'
import { bytesNow } from './strike-objects.ts'

/** The engine's program as production put it into its bucket; null where there is none. */
export function engineProgram(site: FaultSite): Uint8Array | null {
  const key = site.source.keys().find((one) => one.startsWith('artifacts/'))
  return key === undefined ? null : bytesNow(site, key)
}
