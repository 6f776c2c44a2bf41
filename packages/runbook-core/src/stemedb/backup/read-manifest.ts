import { type Checksums, Question, recall } from '../../checksums/index.ts'
import { attempt, type Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import type { BackupCandidate, Refusal, SignatureStatus } from '../../formats/index.ts'
import { knownEnvelope, parseTrustKey, signatureStatus } from './envelope.ts'
import { MANIFEST_BYTES_MAX, type Manifest, readManifest } from './manifest.ts'
import { MANIFEST_FILE, parseBackupName } from './names.ts'
import { fromOlderVersion } from './older-versions.ts'
import { getIfThere, refusalOf } from './store-reading.ts'

const MANIFEST = new Question<Manifest>('manifest in an envelope')

/** A manifest that was read, agrees with its place and, when a trust key was given, is signed with it. */
export interface ReadManifest {
  readonly manifest: Manifest
  readonly signature: SignatureStatus
}

/** Reads and checks a candidate's manifest alone, an older version where the current one cannot be believed. Outages and denied requests are thrown: they say nothing about the backup. */
export function* fetchManifest(
  checksums: Checksums,
  input: { readonly store: string; readonly candidate: BackupCandidate; readonly trustKey: string | null },
): Task<ReadManifest | Refusal> {
  const trustKey = parseTrustKey(input.trustKey)
  const { name } = input.candidate
  const namedAt = parseBackupName(name)
  if (namedAt === null) return { reason: 'name-disagrees', detail: `${name} is not the name of a backup` }
  const { store } = input
  const key = `${name}/${MANIFEST_FILE}`
  const got = yield* attempt(getIfThere(store, key, MANIFEST_BYTES_MAX))
  const current = !got.ok
    ? refusalOrThrow(got.error)
    : got.value === null
      ? incomplete(name)
      : examine(checksums, name, namedAt, got.value, trustKey)
  if (!isRefusal(current)) return current
  // A manifest is written once: what lies over it was put there by somebody else.
  const older = yield* fromOlderVersion({ store, key, sizeBytesMax: MANIFEST_BYTES_MAX }, (bytes) => {
    const read = examine(checksums, name, namedAt, bytes, trustKey)
    return isRefusal(read) ? null : read
  })
  return older ?? current
}

const incomplete = (name: string): Refusal => ({
  reason: 'incomplete',
  detail: `${name} has no ${MANIFEST_FILE}: the backup never finished`,
})

/** True for the refusal of the two. */
export function isRefusal(value: ReadManifest | Refusal): value is Refusal {
  return 'reason' in value
}

function examine(
  checksums: Checksums,
  name: string,
  namedAt: number,
  bytes: Uint8Array,
  trustKey: Uint8Array | null,
): ReadManifest | Refusal {
  try {
    const envelope = knownEnvelope(checksums, bytes)
    const signature = signatureStatus(checksums, envelope, trustKey)
    if (signature === 'absent') return { reason: 'signature-absent', detail: 'the manifest is not signed' }
    if (signature === 'invalid') {
      return { reason: 'signature-invalid', detail: 'the manifest is not signed with the trusted key' }
    }
    const manifest = recall(checksums, MANIFEST, envelope, () => readManifest(envelope.payload))
    return misplaced(manifest, name, namedAt) ?? { manifest, signature }
  } catch (error) {
    if (error instanceof OperatingError) return refusalOrThrow(error)
    throw error
  }
}

/** D23: the key, the manifest's name and its times must all tell the same second. */
function misplaced(manifest: Manifest, name: string, namedAt: number): Refusal | null {
  if (manifest.name !== name) {
    return { reason: 'name-disagrees', detail: `the manifest below ${name} is that of ${manifest.name}` }
  }
  if (manifest.startedAt - (manifest.startedAt % 1000) !== namedAt) {
    return { reason: 'name-disagrees', detail: `${name} began at another time than its name says` }
  }
  return null
}

function refusalOrThrow(error: OperatingError): Refusal {
  const refusal = refusalOf(error)
  if (refusal === null) throw error
  return refusal
}
