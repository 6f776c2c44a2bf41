import type { FaultSite } from './fault-site.ts'

/** Bytes of an object as they lie now; null when it is not there. */
export function bytesNow(site: FaultSite, key: string): Uint8Array | null {
  const [current] = site.source.versions(key)
  return current === undefined || current.isDeleteMarker ? null : current.bytes
}

/** Somebody with every right puts other bytes there and leaves no older version behind. */
export function replaceForGood(site: FaultSite, key: string, bytes: Uint8Array): void {
  site.source.lose(key)
  site.source.overwrite(key, bytes)
}

/** It has struck when somebody asks for one of these objects, or lists where one of them should be. */
export function firesWhenAsked(site: FaultSite, keys: readonly string[], detail: string): void {
  const struck = new Set(keys)
  // Damage at rest does not heal: whoever resumes meets it, too.
  site.source.addRule(({ operation, key, prefix = '' }) => {
    const lists = operation === 'ListObjectsV2' && prefix !== '' && keys.some((one) => one.startsWith(prefix))
    if (lists || struck.has(key)) site.fired(detail)
    return { kind: 'pass' }
  })
}

/** What an encryptor leaves of bytes: as many others. */
export function encrypted(site: FaultSite, bytes: Uint8Array): Uint8Array {
  const pad = site.random.split('cipher').bytes(64)
  return bytes.map((byte, at) => byte ^ (pad[at % 64] ?? 0) ^ (at & 0xff) ^ 0x5a)
}
