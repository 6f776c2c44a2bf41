import { Mutex, type Task } from '@dr-drill/runbook-core'
import type { S3Digests } from '../digests/index.ts'
import { Buckets } from './buckets.ts'
import { Directories } from './directories.ts'
import { KeyLocks } from './key-locks.ts'
import { TEMPORARY_DIRECTORY } from './layout.ts'
import { StagingArea } from './staged-file.ts'
import { StoredObjects } from './stored-objects.ts'
import { Uploads } from './uploads.ts'

/** Everything the service keeps, as files over the FileSystem port; nothing of it lives in memory but locks. */
export class Storage {
  readonly locks = new KeyLocks()
  readonly staging = new StagingArea()
  readonly buckets: Buckets
  readonly objects: StoredObjects
  readonly uploads: Uploads
  readonly #directories = new Directories()
  readonly #preparing = new Mutex()
  #prepared = false

  constructor(digests: S3Digests) {
    this.buckets = new Buckets(this.#directories, this.staging)
    this.objects = new StoredObjects(this.#directories, this.staging, digests)
    this.uploads = new Uploads(this.#directories, this.staging, digests)
  }

  /** Makes the frame of the data directory and sweeps what a dead process left; does its work once. */
  *prepare(): Task<void> {
    if (this.#prepared) return
    const self = this
    yield* this.#preparing.with(function* () {
      if (self.#prepared) return
      for (const path of ['/buckets', '/uploads', TEMPORARY_DIRECTORY]) yield* self.#directories.ensure(path)
      yield* self.staging.sweep()
      self.#prepared = true
    })
  }
}

/** The lock that guards the versions of a key. */
export const keyLock = (bucket: string, key: string): string => `key:${bucket}/${key}`

/** The lock that guards an upload. */
export const uploadLock = (uploadId: string): string => `upload:${uploadId}`
