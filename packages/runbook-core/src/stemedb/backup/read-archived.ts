import type { Checksums } from '../../checksums/index.ts'
import { attempt, type Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import type { ArchivedSegment, RefusedSegment } from '../../formats/index.ts'
import { openEnvelope, signatureStatus } from './envelope.ts'
import { archivedSegmentKey, SIDECAR_SUFFIX, segmentFileName } from './names.ts'
import { readSidecar, SIDECAR_BYTES_MAX } from './sidecar.ts'
import { getIfThere, refusalOf } from './store-reading.ts'

/** What a listing says about one archived segment. */
export interface ArchiveEntry {
  readonly history: string
  readonly number: number
  /** Size of the segment's object; null when only its sidecar is there. */
  readonly sizeBytes: number | null
  readonly hasSidecar: boolean
}

/** Reads one segment's sidecar and holds it against its key and the listed size. Outages are thrown. */
export function* readArchived(
  checksums: Checksums,
  store: string,
  trustKey: Uint8Array | null,
  entry: ArchiveEntry,
): Task<ArchivedSegment | RefusedSegment> {
  const key = archivedSegmentKey(entry.history, entry.number)
  const refuse = refuser(key)
  if (!entry.hasSidecar)
    return refuse('sidecar-missing', 'the segment has no sidecar: its archival never finished')
  if (entry.sizeBytes === null) return refuse('segment-missing', 'the sidecar has no segment')
  const got = yield* attempt(getIfThere(store, key + SIDECAR_SUFFIX, SIDECAR_BYTES_MAX))
  if (!got.ok) {
    const refusal = refusalOf(got.error)
    if (refusal === null) throw got.error
    return refuse('sidecar-unreadable', refusal.detail)
  }
  if (got.value === null) return refuse('sidecar-missing', 'the sidecar is gone since it was listed')
  return examineSidecar(checksums, trustKey, entry, got.value)
}

/** True for the refusal of the two. */
export function isRefusedSegment(value: ArchivedSegment | RefusedSegment): value is RefusedSegment {
  return 'reason' in value
}

/** A sidecar's bytes against the key they were found under. */
export function examineSidecar(
  checksums: Checksums,
  trustKey: Uint8Array | null,
  entry: ArchiveEntry,
  bytes: Uint8Array,
): ArchivedSegment | RefusedSegment {
  const key = archivedSegmentKey(entry.history, entry.number)
  const refuse = refuser(key)
  try {
    const envelope = openEnvelope(bytes)
    const signature = signatureStatus(checksums, envelope, trustKey)
    if (signature === 'absent') return refuse('signature-invalid', 'the sidecar is not signed')
    if (signature === 'invalid') {
      return refuse('signature-invalid', 'the sidecar is not signed with the trusted key')
    }
    const sidecar = readSidecar(envelope.payload)
    if (sidecar.history !== entry.history || sidecar.number !== entry.number) {
      return refuse('key-disagrees', `the sidecar is that of segment ${sidecar.number} of ${sidecar.history}`)
    }
    if (entry.sizeBytes !== sidecar.sizeBytes) {
      const detail = `the object has ${entry.sizeBytes} bytes, its sidecar says ${sidecar.sizeBytes}`
      return refuse('size-differs', detail)
    }
    return { ...sidecar, key, fileName: segmentFileName(entry.number), signature }
  } catch (error) {
    if (error instanceof OperatingError) return refuse('sidecar-unreadable', error.message)
    throw error
  }
}

function refuser(key: string) {
  return (reason: RefusedSegment['reason'], detail: string): RefusedSegment => ({ key, reason, detail })
}
