import type { FaultSite } from './fault-site.ts'

/** The engine's program as production put it into its bucket, whatever was written over it since; null where there is none. */
export function engineProgram(site: FaultSite): Uint8Array | null {
  const key = site.source.keys().find((one) => one.startsWith('artifacts/'))
  const first = key === undefined ? undefined : site.source.versions(key).at(-1)
  return first === undefined || first.isDeleteMarker ? null : first.bytes
}
