export { isBucketName } from './buckets.ts'
export { type Bound, KeyCursor, type KeyEntry } from './key-cursor.ts'
export { type KeyPath, keyPath, segmentOf } from './key-path.ts'
export { NULL_VERSION, type VersionPaths, versionPaths } from './layout.ts'
export {
  type BucketRecord,
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  type ObjectAttributes,
  type ObjectChecksum,
  type ObjectRecord,
  type PartRecord,
  PLAIN_ATTRIBUTES,
  type UploadRecord,
} from './records.ts'
export { StagedFile } from './staged-file.ts'
export { keyLock, Storage, uploadLock } from './storage.ts'
export type { ObjectDraft } from './stored-objects.ts'
