import { FileSystem, type Task, utf8Encode } from '@dr-drill/runbook-core'
import type { S3Digests } from '../digests/index.ts'
import { S3Error } from '../errors/index.ts'
import { removeTree } from './buckets.ts'
import type { Directories } from './directories.ts'
import { uploadDirectory } from './layout.ts'
import {
  type PartRecord,
  readPartRecord,
  readUploadRecord,
  recordBytes,
  type UploadRecord,
} from './records.ts'
import type { StagedFile, StagingArea } from './staged-file.ts'

/** Multipart uploads as directories below `/uploads`: a record, and bytes and record per part. Callers hold the upload's lock. */
export class Uploads {
  readonly #directories: Directories
  readonly #staging: StagingArea
  readonly #digests: S3Digests
  #count = 0

  constructor(directories: Directories, staging: StagingArea, digests: S3Digests) {
    this.#directories = directories
    this.#staging = staging
    this.#digests = digests
  }

  /** Makes an upload and gives its id. */
  *begin(record: UploadRecord): Task<string> {
    let uploadId: string
    do {
      this.#count += 1
      const seed = `${record.bucket}\0${record.key}\0${record.initiated}\0${this.#count}`
      uploadId = this.#digests.sha256Hex(utf8Encode(seed)).slice(0, 32)
    } while ((yield* FileSystem.stat({ path: uploadDirectory(uploadId) })) !== null)
    yield* this.#directories.ensure(uploadDirectory(uploadId))
    yield* this.#save(`${uploadDirectory(uploadId)}/upload.json`, recordBytes(record))
    yield* FileSystem.syncDirectory({ path: uploadDirectory(uploadId) })
    return uploadId
  }

  /** @throws NoSuchUpload, also when the upload belongs to another bucket or key */
  *require(bucket: string, key: string, uploadId: string): Task<UploadRecord> {
    const record = /^[0-9a-f]{32}$/.test(uploadId)
      ? yield* readUploadRecord(`${uploadDirectory(uploadId)}/upload.json`)
      : null
    if (record?.bucket !== bucket || record.key !== key) {
      throw new S3Error('NoSuchUpload', undefined, { UploadId: uploadId })
    }
    return record
  }

  /** Uploads in progress of a bucket, in no order that S3 promises. */
  *list(bucket: string): Task<{ readonly uploadId: string; readonly record: UploadRecord }[]> {
    const found: { uploadId: string; record: UploadRecord }[] = []
    for (const { name } of yield* FileSystem.list({ path: '/uploads' })) {
      const record = yield* readUploadRecord(`${uploadDirectory(name)}/upload.json`)
      if (record?.bucket === bucket) found.push({ uploadId: name, record })
    }
    return found
  }

  /** Adds or replaces a part; while it is replaced, the old one is gone (its writer waits for the answer). */
  *addPart(uploadId: string, part: PartRecord, staged: StagedFile): Task<void> {
    const base = this.partPath(uploadId, part.partNumber)
    yield* FileSystem.remove({ path: `${base}.json` })
    yield* staged.moveTo(base)
    yield* this.#save(`${base}.json`, recordBytes(part))
    yield* FileSystem.syncDirectory({ path: uploadDirectory(uploadId) })
  }

  /** All parts by number. */
  *parts(uploadId: string): Task<PartRecord[]> {
    const parts: PartRecord[] = []
    for (const { name } of yield* FileSystem.list({ path: uploadDirectory(uploadId) })) {
      const record = /^part-\d{5}\.json$/.test(name)
        ? yield* readPartRecord(`${uploadDirectory(uploadId)}/${name}`)
        : null
      if (record !== null) parts.push(record)
    }
    return parts
  }

  /** The file that holds a part's bytes. */
  partPath(uploadId: string, partNumber: number): string {
    return `${uploadDirectory(uploadId)}/part-${String(partNumber).padStart(5, '0')}`
  }

  /** Forgets an upload: its record first, so that half of it is never seen. */
  *remove(uploadId: string): Task<void> {
    yield* FileSystem.remove({ path: `${uploadDirectory(uploadId)}/upload.json` })
    yield* FileSystem.syncDirectory({ path: uploadDirectory(uploadId) })
    yield* removeTree(uploadDirectory(uploadId))
    this.#directories.forget(uploadDirectory(uploadId))
  }

  *#save(path: string, bytes: Uint8Array): Task<void> {
    const staged = yield* this.#staging.whole(bytes)
    yield* staged.moveTo(path)
  }
}
