import { OperatingError } from '@dr-drill/runbook-core'
import {
  type Manifest,
  metadataOf,
  openEnvelope,
  readManifest,
  sealEnvelope,
  writeManifest,
  writeMetadata,
} from '@dr-drill/runbook-core/stemedb'
import type { FaultSite } from './fault-site.ts'
import type { Sign } from './forge-segment.ts'
import { bytesNow, replaceForGood } from './strike-objects.ts'

const METADATA = 'backup-metadata.json'

/**
 * Writes manifest and metadata of a backup anew, with something else in them, under its own name or another one; its data stays or is
 * copied. Answers the keys that it wrote; none where the backup cannot be read.
 */
export function reissueBackup(
  site: FaultSite,
  name: string,
  change: Partial<Pick<Manifest, 'name' | 'startedAt' | 'stoppedAt' | 'recordCount' | 'engineVersion'>>,
  sign: Sign,
): readonly string[] {
  const old = manifestOf(site, name)
  if (old === null) return []
  const { checksums } = site.forgery
  const told = { ...old, ...change }
  const count = (folder: string) => told.files.filter(({ path }) => path.startsWith(folder)).length
  const metadata = writeMetadata(metadataOf(told, { wal: count('wal/'), db: count('db/') }))
  const files = told.files.map((file) =>
    file.path === METADATA
      ? { path: METADATA, sizeBytes: metadata.length, sha256: checksums.sha256Hex(metadata) }
      : file,
  )
  const manifest = writeManifest({ ...told, files })
  const written: string[] = []
  const write = (path: string, bytes: Uint8Array | null): void => {
    if (bytes === null) return
    replaceForGood(site, `${told.name}/${path}`, bytes)
    written.push(`${told.name}/${path}`)
  }
  if (told.name !== name) {
    for (const { path } of told.files) if (path !== METADATA) write(path, bytesNow(site, `${name}/${path}`))
  }
  write(METADATA, metadata)
  write('manifest.jsonl', sealEnvelope(checksums, manifest, sign(manifest)))
  return written
}

/** What a backup's manifest says in its newest version that can be read; null when none can. */
function manifestOf(site: FaultSite, name: string): Manifest | null {
  for (const { bytes, isDeleteMarker } of site.source.versions(`${name}/manifest.jsonl`)) {
    if (isDeleteMarker) continue
    try {
      return readManifest(openEnvelope(bytes).payload)
    } catch (error) {
      // Whatever intruders have left in its place is none.
      if (!(error instanceof OperatingError)) throw error
    }
  }
  return null
}
