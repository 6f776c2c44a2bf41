import { definePort } from '../effects/port.ts'

/** An object as listed. Keys sort by UTF-8 bytes. */
export interface ListedObject {
  readonly key: string
  readonly sizeBytes: number
  readonly etag: string
  /** History time, ms. */
  readonly lastModifiedAt: number
}

/** One page of a listing. */
export interface ObjectListing {
  readonly objects: readonly ListedObject[]
  /** Common prefixes, when a delimiter was given. */
  readonly prefixes: readonly string[]
  /** Continues the listing; null at its end. */
  readonly cursor: string | null
}

/** What a store says of an object without giving its bytes. */
export interface ObjectHead {
  readonly sizeBytes: number
  readonly etag: string
  readonly versionId: string | null
  readonly lastModifiedAt: number
}

/** What a download wrote. */
export interface DownloadedObject {
  readonly sizeBytes: number
  /** Lower-case hex SHA-256 of the bytes written to the file. */
  readonly sha256: string
  readonly etag: string
  readonly versionId: string | null
}

/** One version of an object, delete markers included. */
export interface ObjectVersion {
  readonly key: string
  readonly versionId: string
  readonly isLatest: boolean
  readonly isDeleteMarker: boolean
  readonly sizeBytes: number
  readonly lastModifiedAt: number
}

/**
 * S3-like stores by name (`source`, `archive`): endpoint, bucket, prefix and credentials are resolved inside the port. Keys are
 * relative to the store's prefix and hostile. One call is one attempt: choosing, retrying, verifying, renaming and fsyncing are the
 * caller's. Failures: `object-missing`, `object-changed`, `object-corrupt` (the wire's checksum), `store-denied`,
 * `store-throttled`, `store-unavailable`.
 */
export interface ObjectStoreContract {
  list(input: {
    readonly store: string
    readonly prefix: string
    readonly delimiter?: string
    readonly cursor?: string
    readonly startAfter?: string
    readonly limit?: number
  }): ObjectListing
  /** Null when absent. */
  head(input: { readonly store: string; readonly key: string }): ObjectHead | null
  /** A whole small object. @throws input-too-large beyond `sizeBytesMax` */
  get(input: {
    readonly store: string
    readonly key: string
    readonly versionId?: string
    readonly sizeBytesMax: number
  }): { readonly bytes: Uint8Array; readonly etag: string; readonly versionId: string | null }
  /**
   * One object into one new file of the target's root, truncating what is there; not synced. An object that has more than
   * `sizeBytesMax` bytes, or pretends not to, is `object-corrupt` and never fills the disk.
   */
  download(input: {
    readonly store: string
    readonly key: string
    readonly versionId?: string
    readonly ifMatch?: string
    readonly path: string
    readonly mode: number
    readonly sizeBytesMax?: number
  }): DownloadedObject
  /** A small object from memory. @throws object-exists when `ifAbsent` and it is there */
  put(input: {
    readonly store: string
    readonly key: string
    readonly bytes: Uint8Array
    readonly ifAbsent: boolean
  }): { readonly etag: string }
  /** A file of the target's root as one object. @throws object-exists */
  upload(input: {
    readonly store: string
    readonly key: string
    readonly path: string
    readonly ifAbsent: boolean
    readonly sha256: string
  }): { readonly etag: string }
  /** All versions below a prefix, newest first per key; stores without versioning answer the current ones. */
  versions(input: { readonly store: string; readonly prefix: string; readonly cursor?: string }): {
    readonly versions: readonly ObjectVersion[]
    readonly cursor: string | null
  }
}

export const ObjectStore = definePort<ObjectStoreContract>('ObjectStore', {
  list: 'read',
  head: 'read',
  get: 'read',
  download: 'write',
  put: 'write',
  upload: 'write',
  versions: 'read',
})
