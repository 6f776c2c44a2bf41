import type { Checksums } from '../../checksums/index.ts'
import { retry, sleep, type Task } from '../../effects/index.ts'
import { Clock, Log, ObjectStore } from '../../ports/index.ts'
import { type BackupFacts, type ManifestFile, writeManifest } from '../backup/manifest.ts'
import { metadataOf, writeMetadata } from '../backup/metadata.ts'
import { backupName, MANIFEST_FILE, METADATA_FILE } from '../backup/names.ts'
import { type BackupSource, gatherContents, type RunningEngine } from './backup-contents.ts'
import {
  putOnce,
  putSealedOnce,
  type StoreAccess,
  sameBytes,
  uploadOnce,
  withPatience,
} from './store-writing.ts'

/** What a full backup is told. Nothing in it is secret. */
export interface BackupInput extends StoreAccess, RunningEngine {
  /** Names the signing key inside the Signer port; null leaves the manifest unsigned. */
  readonly keyRef: string | null
}

/** What a backup wrote. */
export interface BackupOutput extends BackupFacts {
  readonly name: string
  readonly files: number
  readonly totalBytes: number
}

/** A checkpoint may be superseded and removed while it is uploaded; then the backup begins anew under a new name. */
const AGAIN = { attemptsMax: 3, delayMs: 1000, delayMsMax: 1000, codes: ['file-missing'] } as const

/**
 * A full backup of a running engine: a checkpoint, then the log from the checkpoint's applied position to what was durable when the
 * log was rotated (closed segments only), then the metadata, and last the signed manifest, whose presence means that all the rest is
 * there. Every object is written once. Cut short anywhere it leaves a backup without manifest, which nobody selects; run again, it makes
 * a new one.
 * @throws OperatingError `log-corrupt`, `log-gap` when the engine's own files are damaged: nothing is completed over them;
 * `identity-mismatch` when another engine answers than the one that writes them
 */
export function* backup(checksums: Checksums, input: BackupInput): Task<BackupOutput> {
  return yield* retry(AGAIN, () => backupOnce(checksums, input))
}

function* backupOnce(checksums: Checksums, input: BackupInput): Task<BackupOutput> {
  const { name, startedAt } = yield* freeName(input)
  const { facts, checkpoint, log } = yield* gatherContents(checksums, input, startedAt)
  const files: ManifestFile[] = []
  for (const source of [checkpoint, ...log]) files.push(yield* uploadFile(input, name, source))
  files.push(yield* putMetadata(checksums, input, name, facts, log.length))
  yield* putSealedOnce(checksums, input, {
    key: `${name}/${MANIFEST_FILE}`,
    payload: writeManifest({ name, ...facts, files }),
    keyRef: input.keyRef,
    trustKey: null,
  })
  const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  const fields = { stopPosition: facts.stopPosition, totalBytes }
  yield* Log.write({ level: 'info', message: `Backup ${name} complete`, fields })
  return { name, ...facts, files: files.length, totalBytes }
}

/** A name that nothing in the store has yet: names have whole seconds, so a taken one means waiting for the next. */
function* freeName(access: StoreAccess): Task<{ readonly name: string; readonly startedAt: number }> {
  for (;;) {
    const startedAt = yield* Clock.historyNow({})
    const name = backupName(startedAt)
    const { store } = access
    const taken = yield* withPatience(access, () => ObjectStore.list({ store, prefix: `${name}/`, limit: 1 }))
    if (taken.objects.length === 0) return { name, startedAt }
    yield* sleep(1000 - (startedAt % 1000))
  }
}

function* uploadFile(access: StoreAccess, name: string, source: BackupSource): Task<ManifestFile> {
  const { path, sha256, sizeBytes, backupPath } = source
  yield* uploadOnce(access, `${name}/${backupPath}`, { path, sha256 })
  return { path: backupPath, sizeBytes, sha256 }
}

function* putMetadata(
  checksums: Checksums,
  access: StoreAccess,
  name: string,
  facts: BackupFacts,
  wal: number,
): Task<ManifestFile> {
  const bytes = writeMetadata(metadataOf(facts, { wal, db: 1 }))
  yield* putOnce(access, `${name}/${METADATA_FILE}`, bytes, (existing) => sameBytes(existing, bytes))
  return { path: METADATA_FILE, sizeBytes: bytes.length, sha256: checksums.sha256Hex(bytes) }
}
