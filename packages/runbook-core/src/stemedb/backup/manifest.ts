import { z } from 'zod'
import { OperatingError } from '../../errors/index.ts'
import type { BackupFile, Lineage } from '../../formats/index.ts'
import { compareUtf8 } from '../../text/utf8.ts'
import { formatPosition, requirePosition } from '../record/index.ts'
import { type Expected, readDocument, writeDocument } from './document.ts'
import {
  countField,
  engineVersionField,
  historyField,
  instantField,
  instantText,
  positionField,
  sha256Field,
} from './fields.ts'
import { checkLineage, lineageDocument, lineageFields, standTogether, withLineage } from './lineage.ts'
import { METADATA_FILE, parseBackupName, roleOfBackupPath } from './names.ts'

/** One file of a backup as the manifest lists it. */
export interface ManifestFile {
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
}

/** What manifest and metadata both say about a backup. Times are history time in ms. */
export interface BackupFacts {
  readonly history: string
  /** Where that history comes from; null in manifests of writers that did not tell. The metadata does not say it. */
  readonly lineage: Lineage | null
  readonly engineVersion: string
  /** Version of segments, records and checkpoints. */
  readonly formatVersion: number
  /** Last position that the backup's data files hold: replay begins after it. 0 when they hold nothing. */
  readonly startPosition: string
  /** Last position that the backup holds. */
  readonly stopPosition: string
  readonly startedAt: number
  readonly stoppedAt: number
  /** Records in the backup, its log included. */
  readonly recordCount: number
}

/** A backup's manifest, read and checked. Its files are sorted by the UTF-8 bytes of their paths. */
export interface Manifest extends BackupFacts {
  readonly name: string
  readonly totalBytes: number
  readonly files: readonly ManifestFile[]
}

/** A larger manifest is not read: about 100,000 files. */
export const MANIFEST_BYTES_MAX = 16 * 1024 * 1024

/** What a manifest must be. */
export const MANIFEST_DOCUMENT: Expected<Manifest> = {
  kind: 'stemedb-backup-manifest',
  schemaVersionMax: 1,
  what: 'manifest',
  schema: z
    .object({
      name: z.string().refine((name) => parseBackupName(name) !== null, 'not the name of a backup'),
      history: historyField,
      ...lineageFields,
      engineVersion: engineVersionField,
      formatVersion: z.int().min(1),
      startPosition: positionField,
      stopPosition: positionField,
      startedAt: instantField,
      stoppedAt: instantField,
      recordCount: countField,
      totalBytes: countField,
      files: z.array(
        z.object({
          path: z.string().refine((path) => roleOfBackupPath(path) !== null, 'no path of a backup'),
          sizeBytes: countField,
          sha256: sha256Field,
        }),
      ),
    })
    .refine(standTogether, 'parentHistory and forkPosition stand together')
    .transform(withLineage),
}

/** The manifest's bytes: what is signed. Files are sorted here. */
export function writeManifest(manifest: Omit<Manifest, 'totalBytes'>): Uint8Array {
  const files = [...manifest.files].sort((a, b) => compareUtf8(a.path, b.path))
  return writeDocument(MANIFEST_DOCUMENT.kind, {
    name: manifest.name,
    history: manifest.history,
    ...lineageDocument(manifest.lineage),
    engineVersion: manifest.engineVersion,
    formatVersion: manifest.formatVersion,
    startPosition: manifest.startPosition,
    stopPosition: manifest.stopPosition,
    startedAt: instantText(manifest.startedAt),
    stoppedAt: instantText(manifest.stoppedAt),
    recordCount: manifest.recordCount,
    totalBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    files: files.map(({ path, sizeBytes, sha256 }) => ({ path, sizeBytes, sha256 })),
  })
}

/**
 * Reads a manifest's bytes (an envelope's payload) and checks that it agrees with itself.
 * @throws OperatingError `input-invalid`, `input-too-new`
 */
export function readManifest(payload: Uint8Array): Manifest {
  const manifest = readDocument(payload, MANIFEST_DOCUMENT)
  checkFiles(manifest)
  checkFacts(manifest)
  return manifest
}

function checkFiles({ files, totalBytes }: Manifest): void {
  let sum = 0
  let before = ''
  for (const { path, sizeBytes } of files) {
    if (compareUtf8(before, path) >= 0) {
      throw disagreement(`its files are not sorted by path, or ${path} stands twice`)
    }
    before = path
    sum += sizeBytes
  }
  // A sum beyond 2^53 - 1 is no exact number, so it cannot equal one.
  if (sum !== totalBytes) throw disagreement(`its files have ${sum} bytes, but totalBytes is ${totalBytes}`)
  if (!files.some((file) => file.path === METADATA_FILE)) throw disagreement(`it lists no ${METADATA_FILE}`)
  if (!files.some((file) => file.path.startsWith('db/'))) throw disagreement('it lists no file below db/')
}

function checkFacts(manifest: Manifest): void {
  if (manifest.stoppedAt < manifest.startedAt) throw disagreement('it stopped before it started')
  if (requirePosition(manifest.startPosition) > requirePosition(manifest.stopPosition)) {
    throw disagreement('its start position lies beyond what it holds')
  }
  // Its data holds at least what the parent left it.
  checkLineage('manifest', manifest, formatPosition(requirePosition(manifest.startPosition) + 1))
}

function disagreement(detail: string): OperatingError {
  return new OperatingError('input-invalid', `the manifest disagrees with itself: ${detail}`)
}

/** The manifest's files with role and key, as core's formats describe them. */
export function backupFiles(manifest: Manifest): readonly BackupFile[] {
  return manifest.files.map((file) => ({
    ...file,
    role: roleOfBackupPath(file.path)!,
    key: `${manifest.name}/${file.path}`,
  }))
}
