import { openEnvelope, readManifest } from '@dr-drill/runbook-core/stemedb'
import type { StoreControl, StoredVersion } from '../../store/index.ts'

/** A manifest in an archive. */
export interface Archived {
  readonly key: string
  readonly version: StoredVersion | null
}

/** True when everything that the manifest lists lies beside it in full size, and it holds at least so many records. */
export function isWholeBackup(archive: StoreControl, manifestKey: string, records: number): boolean {
  const bytes = archive.versions(manifestKey)[0]?.bytes
  if (bytes === undefined) return false
  const manifest = readManifest(openEnvelope(bytes).payload)
  if (manifest.recordCount < records) return false
  return manifest.files.every(({ path, sizeBytes }) => {
    const [current] = archive.versions(`${manifest.name}/${path}`)
    return current !== undefined && !current.isDeleteMarker && current.bytes.length === sizeBytes
  })
}
