export { listCandidates, stemedbBackupFormat } from './backup-format.ts'
export {
  type Envelope,
  keyIdOf,
  openEnvelope,
  parseTrustKey,
  sealEnvelope,
  signatureStatus,
} from './envelope.ts'
export { manifestJsonSchema, metadataJsonSchema, sidecarJsonSchema } from './json-schemas.ts'
export { stemedbLogFormat } from './log-format.ts'
export {
  type BackupFacts,
  backupFiles,
  MANIFEST_BYTES_MAX,
  type Manifest,
  type ManifestFile,
  readManifest,
  writeManifest,
} from './manifest.ts'
export {
  type BackupMetadata,
  METADATA_BYTES_MAX,
  metadataDifference,
  metadataOf,
  readMetadata,
  writeMetadata,
} from './metadata.ts'
export {
  ARCHIVE_PREFIX,
  type ArchiveKey,
  archivedSegmentKey,
  archivePrefix,
  BACKUP_PREFIX,
  backupName,
  isHistory,
  MANIFEST_FILE,
  METADATA_FILE,
  parseArchiveKey,
  parseBackupName,
  parseSegmentFileName,
  roleOfBackupPath,
  SIDECAR_SUFFIX,
  segmentFileName,
} from './names.ts'
export { readSidecar, type SegmentSidecar, SIDECAR_BYTES_MAX, writeSidecar } from './sidecar.ts'
