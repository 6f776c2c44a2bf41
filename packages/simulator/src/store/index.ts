export { BucketContent, type KeyHistory } from './bucket-content.ts'
export { bucketControl } from './bucket-control.ts'
export type { StoreControl, StoredVersion } from './contract.ts'
export {
  type Denial,
  MemoryBucket,
  type MemoryBucketOptions,
  type MemoryCredential,
  type WriteListener,
} from './memory-bucket.ts'
export { memoryObjectStore } from './memory-object-store.ts'
export { MemoryVersion, type VersionDraft } from './memory-version.ts'
export type { MemoryStoreOptions } from './port-options.ts'
export type { MemoryStoreBinding } from './store-calls.ts'
