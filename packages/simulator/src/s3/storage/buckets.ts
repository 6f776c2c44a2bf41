import { FileSystem, OperatingError, type Task } from '@dr-drill/runbook-core'
import { S3Error } from '../errors/index.ts'
import type { Directories } from './directories.ts'
import { bucketDirectory, bucketRecordPath, objectsDirectory } from './layout.ts'
import { type BucketRecord, readBucketRecord, recordBytes } from './records.ts'
import type { StagingArea } from './staged-file.ts'

/** S3's naming rules; a name that keeps them is also a harmless directory name. */
export function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes('..') &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name)
  )
}

/** Buckets as directories, each with a record. */
export class Buckets {
  readonly #directories: Directories
  readonly #staging: StagingArea

  constructor(directories: Directories, staging: StagingArea) {
    this.#directories = directories
    this.#staging = staging
  }

  /** All buckets, by name. */
  *list(): Task<BucketRecord[]> {
    const records: BucketRecord[] = []
    for (const { name, type } of yield* FileSystem.list({ path: '/buckets' })) {
      if (type !== 'directory' || !isBucketName(name)) continue
      const record = yield* readBucketRecord(bucketRecordPath(name))
      if (record !== null) records.push(record)
    }
    return records
  }

  /** Null when there is no such bucket. */
  *find(name: string): Task<BucketRecord | null> {
    return isBucketName(name) ? yield* readBucketRecord(bucketRecordPath(name)) : null
  }

  /** @throws NoSuchBucket, InvalidBucketName */
  *require(name: string): Task<BucketRecord> {
    if (!isBucketName(name)) throw new S3Error('InvalidBucketName', undefined, { BucketName: name })
    const record = yield* this.find(name)
    if (record === null) throw new S3Error('NoSuchBucket', undefined, { BucketName: name })
    return record
  }

  /** Makes or replaces a bucket's record, durably. */
  *save(record: BucketRecord): Task<void> {
    yield* this.#directories.ensure(objectsDirectory(record.name))
    const staged = yield* this.#staging.whole(recordBytes(record))
    yield* staged.moveTo(bucketRecordPath(record.name))
    yield* FileSystem.syncDirectory({ path: bucketDirectory(record.name) })
  }

  /** Removes a bucket that holds no object: its record first, then whatever empty or orphaned names are left. */
  *remove(name: string): Task<void> {
    yield* FileSystem.remove({ path: bucketRecordPath(name) })
    yield* FileSystem.syncDirectory({ path: bucketDirectory(name) })
    yield* removeTree(bucketDirectory(name))
    this.#directories.forget(bucketDirectory(name))
  }
}

/** Removes a directory and what is in it. */
export function* removeTree(path: string): Task<void> {
  try {
    for (const { name, type } of yield* FileSystem.list({ path })) {
      if (type === 'directory') yield* removeTree(`${path}/${name}`)
      else yield* FileSystem.remove({ path: `${path}/${name}` })
    }
  } catch (error) {
    if (!(error instanceof OperatingError) || error.code !== 'file-missing') throw error
  }
  yield* FileSystem.removeDirectory({ path })
}
