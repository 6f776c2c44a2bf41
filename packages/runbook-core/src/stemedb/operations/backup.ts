import type { Checksums } from '../../checksums/index.ts'
import { retry, sleep, type Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { Clock, FileSystem, Log, ObjectStore } from '../../ports/index.ts'
import { type BackupFacts, type ManifestFile, writeManifest } from '../backup/manifest.ts'
import { metadataOf, writeMetadata } from '../backup/metadata.ts'
import { backupName, MANIFEST_FILE, METADATA_FILE } from '../backup/names.ts'
import { checkpointFileName, parseCheckpointFileName, scanCheckpoint } from '../checkpoint/index.ts'
import { formatPosition } from '../record/index.ts'
import { FORMAT_VERSION } from '../record-file/index.ts'
import { scanSegment } from '../segment/index.ts'
import {
  checkRotated,
  type EngineAccess,
  requestCheckpoint,
  requestRotation,
  stranger,
} from './engine-admin.ts'
import { type ClosedSegment, closedRun, currentHistory, localSegments } from './local-log.ts'
import {
  putOnce,
  putSealedOnce,
  type StoreAccess,
  sameBytes,
  uploadOnce,
  withPatience,
} from './store-writing.ts'

/** What a full backup is told. Nothing in it is secret. */
export interface BackupInput extends StoreAccess, EngineAccess {
  readonly walDirectory: string
  readonly dbDirectory: string
  /** Version of the engine that runs: a restore uses the artefact that wrote the data (D45). */
  readonly engineVersion: string
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
  const asked = yield* requestCheckpoint(input)
  const checkpoint = yield* newestCheckpoint(checksums, input.dbDirectory)
  if (checkpoint.appliedPosition < asked.appliedPosition) throw stranger(input.endpoint, input.dbDirectory)
  const rotated = yield* requestRotation(input)
  const segments = yield* localSegments(checksums, input.walDirectory)
  checkRotated(input, rotated, segments)
  const stoppedAt = yield* Clock.historyNow({})
  const history = currentHistory(segments) ?? checkpoint.history
  const log = closedRun(segments, history, checkpoint.appliedPosition)
  const stopPosition = endOf(checkpoint.appliedPosition, log)
  const facts: BackupFacts = {
    history,
    engineVersion: input.engineVersion,
    formatVersion: FORMAT_VERSION,
    startPosition: formatPosition(checkpoint.appliedPosition),
    stopPosition: formatPosition(stopPosition),
    startedAt,
    stoppedAt,
    // Every position from 1 on is one record.
    recordCount: stopPosition,
  }
  const files = [yield* uploadFile(input, name, checkpoint)]
  for (const segment of log) {
    const { path, fileName } = segment
    const sha256 = yield* digestSegment(checksums, segment)
    const file = { path, sha256, sizeBytes: segment.sizeBytes, backupPath: `wal/${fileName}` }
    files.push(yield* uploadFile(input, name, file))
  }
  files.push(yield* putMetadata(checksums, input, name, facts, log.length))
  const payload = writeManifest({ name, ...facts, files })
  const key = `${name}/${MANIFEST_FILE}`
  yield* putSealedOnce(checksums, input, { key, payload, keyRef: input.keyRef, trustKey: null })
  const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  const output = { name, ...facts, files: files.length, totalBytes }
  yield* Log.write({
    level: 'info',
    message: `Backup ${name} complete`,
    fields: { stopPosition, totalBytes },
  })
  return output
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

interface CheckpointToBackUp extends FileToUpload {
  readonly appliedPosition: number
  readonly history: string
}

/** The newest checkpoint that is whole; damaged ones are passed over, since an older one with more log says the same. */
function* newestCheckpoint(checksums: Checksums, dbDirectory: string): Task<CheckpointToBackUp> {
  const positions = (yield* FileSystem.list({ path: dbDirectory }))
    .map((entry) => parseCheckpointFileName(entry.name))
    .filter((position) => position !== null)
    .sort((a, b) => b - a)
  for (const position of positions) {
    const fileName = checkpointFileName(position)
    const path = `${dbDirectory}/${fileName}`
    const scan = yield* scanCheckpoint(checksums, path, { depth: 'blocks', digest: true })
    const { header, damage, sha256, sizeBytes } = scan
    if (damage === null && header?.appliedPosition === position && sha256 !== null) {
      const { history, appliedPosition } = header
      return { path, sha256, sizeBytes, backupPath: `db/${fileName}`, appliedPosition, history }
    }
    const message = `Checkpoint ${fileName} is damaged and was passed over`
    yield* Log.write({ level: 'error', message, fields: { detail: damage?.detail ?? 'another position' } })
  }
  throw new OperatingError('log-corrupt', `${dbDirectory} holds no intact checkpoint`, {
    subject: dbDirectory,
  })
}

/** Last position that checkpoint and log hold together. @throws OperatingError `log-gap` */
function endOf(appliedPosition: number, log: readonly ClosedSegment[]): number {
  const first = log[0]
  if (first === undefined) return appliedPosition
  if (first.header.firstPosition > appliedPosition + 1) {
    throw new OperatingError(
      'log-gap',
      `the log begins at position ${first.header.firstPosition}, but the checkpoint ends at ${appliedPosition}`,
      { subject: first.path },
    )
  }
  return Math.max(appliedPosition, log.at(-1)!.footer.lastPosition)
}

function* digestSegment(checksums: Checksums, { path }: ClosedSegment): Task<string> {
  const scan = yield* scanSegment(checksums, path, 'blocks')
  if (scan.damage === null && scan.closed) return scan.sha256
  throw new OperatingError(
    'log-corrupt',
    `${path} cannot be backed up: ${scan.damage?.detail ?? 'it is open'}`,
    {
      subject: path,
    },
  )
}

interface FileToUpload {
  readonly path: string
  readonly sha256: string
  readonly sizeBytes: number
  /** Its path in the backup. */
  readonly backupPath: string
}

function* uploadFile(access: StoreAccess, name: string, file: FileToUpload): Task<ManifestFile> {
  const { path, sha256, sizeBytes, backupPath } = file
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
