import { z } from 'zod'
import { type Checksums, Question, recall } from '../../checksums/index.ts'
import { canonicalJson } from '../../text/canonical-json.ts'
import { formatInstantSeconds } from '../../text/instant.ts'
import { type Expected, readDocument, writeDocument } from './document.ts'
import {
  countField,
  engineVersionField,
  historyField,
  instantField,
  instantText,
  positionField,
} from './fields.ts'
import type { BackupFacts } from './manifest.ts'

/** What `backup-metadata.json` says: the seed's fields first, then ours, all in the seed's spelling. */
export interface BackupMetadata {
  /** When the backup began, whole seconds: the time of its name. */
  readonly timestamp: number
  readonly assertion_count: number
  readonly engine_version: string
  readonly format_version: number
  readonly history: string
  readonly start_position: string
  readonly stop_position: string
  readonly started_at: number
  readonly stopped_at: number
  readonly file_counts: { readonly wal: number; readonly db: number }
}

/** A larger metadata file is not read. */
export const METADATA_BYTES_MAX = 64 * 1024

/** What a metadata file must be. */
export const METADATA_DOCUMENT: Expected<BackupMetadata> = {
  kind: 'stemedb-backup-metadata',
  schemaVersionMax: 1,
  what: 'backup metadata',
  schema: z.object({
    timestamp: instantField,
    assertion_count: countField,
    engine_version: engineVersionField,
    format_version: z.int().min(1),
    history: historyField,
    start_position: positionField,
    stop_position: positionField,
    started_at: instantField,
    stopped_at: instantField,
    file_counts: z.object({ wal: countField, db: countField }),
  }),
}

/** The metadata of these facts. */
export function metadataOf(
  facts: BackupFacts,
  fileCounts: { readonly wal: number; readonly db: number },
): BackupMetadata {
  return {
    timestamp: facts.startedAt - (facts.startedAt % 1000),
    assertion_count: facts.recordCount,
    engine_version: facts.engineVersion,
    format_version: facts.formatVersion,
    history: facts.history,
    start_position: facts.startPosition,
    stop_position: facts.stopPosition,
    started_at: facts.startedAt,
    stopped_at: facts.stoppedAt,
    file_counts: fileCounts,
  }
}

/** The file's bytes. */
export function writeMetadata(metadata: BackupMetadata): Uint8Array {
  return writeDocument(METADATA_DOCUMENT.kind, {
    timestamp: formatInstantSeconds(metadata.timestamp),
    assertion_count: metadata.assertion_count,
    engine_version: metadata.engine_version,
    format_version: metadata.format_version,
    history: metadata.history,
    start_position: metadata.start_position,
    stop_position: metadata.stop_position,
    started_at: instantText(metadata.started_at),
    stopped_at: instantText(metadata.stopped_at),
    file_counts: { wal: metadata.file_counts.wal, db: metadata.file_counts.db },
  })
}

/** @throws OperatingError `input-invalid`, `input-too-new` */
export function readMetadata(bytes: Uint8Array): BackupMetadata {
  return readDocument(bytes, METADATA_DOCUMENT)
}

const METADATA = new Question<BackupMetadata>('metadata of a backup')

/** As `readMetadata`, of bytes that may have been read before. @throws as it does */
export function knownMetadata(checksums: Checksums, bytes: Uint8Array): BackupMetadata {
  return recall(checksums, METADATA, bytes, () => readMetadata(bytes))
}

/** The first field in which metadata and expectation differ; null when they agree. */
export function metadataDifference(actual: BackupMetadata, expected: BackupMetadata): string | null {
  for (const field of Object.keys(expected) as (keyof BackupMetadata)[]) {
    if (actual[field] !== expected[field] && canonicalJson(actual[field]) !== canonicalJson(expected[field]))
      return field
  }
  return null
}
