import type { S3FaultRule, S3Operation } from '../s3/index.ts'

/** A version of an object, as it lies in a store. */
export interface StoredVersion {
  readonly key: string
  readonly versionId: string
  /** The bytes as they lie: after damage not those that were written. Immutable; equal bytes of the same origin are the same array. */
  readonly bytes: Uint8Array
  readonly etag: string
  /** History time ms. */
  readonly lastModifiedAt: number
  readonly isDeleteMarker: boolean
}

/** What operators, media and careless hands do to a store and its objects. */
export interface StoreControl {
  /** What it holds, versions included, as one object: the same until something changes, and shared by stores of the same content. */
  state(): object
  /** Keys with a current version that is no delete marker, by UTF-8 bytes. */
  keys(): readonly string[]
  /** Versions of a key, newest first. */
  versions(key: string): readonly StoredVersion[]
  /** The medium rots: other bytes lie where the current version's lay; checksum and etag on record stay. */
  rot(key: string, bytes: Uint8Array): void
  /** A client with the right to write puts these bytes there: a new version. `lastModifiedAt` defaults to the store's now. */
  overwrite(key: string, bytes: Uint8Array): void
  /** A client deletes it: a delete marker where versions are kept, else it is gone. */
  delete(key: string): void
  /** All versions of it are gone for good, as after a lifecycle rule or a lost shard. */
  lose(key: string): void
  /** Reads answer what the store held at an earlier instant (history time), as a replica that lags behind; null: it has caught up. */
  lagBehind(at: number | null): void
  /** That instant while it lags behind; null: reads answer what it holds. */
  readonly shownUntil: number | null
  /** Rules decide about requests before they are served; the function returned takes the rule off. */
  addRule(rule: S3FaultRule): () => void
  /**
   * The credential that a host uses is refused from now on: expired, or without the right to do these operations. `met` hears of each
   * request that was refused so.
   */
  deny(what: 'expired' | 'read' | 'list' | 'write', met?: (operation: S3Operation) => void): () => void
  /** Called with each object that is read from now on (downloads, gets), as damaged ones are seen to be met. */
  onRead(listener: (key: string) => void): void
  /** Called with each key that a listing shows or leaves out, once per listing. */
  onList(listener: (prefix: string) => void): void
}
