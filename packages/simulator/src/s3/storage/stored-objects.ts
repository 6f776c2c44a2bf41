import { FileSystem, OperatingError, type Task } from '@dr-drill/runbook-core'
import type { S3Digests } from '../digests/index.ts'
import type { Directories } from './directories.ts'
import type { KeyFile } from './key-cursor.ts'
import { keyPath } from './key-path.ts'
import { NULL_VERSION, parseFileName, versionPaths } from './layout.ts'
import { type BucketRecord, type ObjectRecord, readObjectRecord, recordBytes } from './records.ts'
import type { StagedFile, StagingArea } from './staged-file.ts'

/** What a new version is made of; the storage adds identity and order. */
export type ObjectDraft = Omit<
  ObjectRecord,
  'kind' | 'schemaVersion' | 'versionId' | 'sequence' | 'generation'
>

/** The versions of keys as files. Callers hold the key's lock (exclusive to change, shared to read). */
export class StoredObjects {
  readonly #directories: Directories
  readonly #staging: StagingArea
  readonly #digests: S3Digests

  constructor(directories: Directories, staging: StagingArea, digests: S3Digests) {
    this.#directories = directories
    this.#staging = staging
    this.#digests = digests
  }

  /**
   * One version; null when its record or its bytes are not there: the object is there if and only if both are. `files`, as a
   * directory listed them, spare a look at the disk.
   */
  *find(
    bucket: string,
    key: string,
    versionId: string,
    files: readonly KeyFile[] = [],
  ): Task<ObjectRecord | null> {
    const paths = versionPaths(bucket, key, versionId)
    for (let generation = -1; ; ) {
      const record = yield* readObjectRecord(paths.record)
      if (record === null || record.deleteMarker) return record
      const role = record.generation % 2 === 0 ? 'even' : 'odd'
      if (files.some((file) => file.role === role && file.versionId === versionId)) return record
      const stat = yield* FileSystem.stat({ path: paths.bytes(record.generation) })
      if (stat?.type === 'file') return record
      // A listing holds no lock: the version may have been overwritten between the two looks.
      if (record.generation === generation) return null
      generation = record.generation
    }
  }

  /** The versions among these files, newest first; damaged records are left out. */
  *versions(bucket: string, key: string, files: readonly KeyFile[]): Task<ObjectRecord[]> {
    const found: ObjectRecord[] = []
    for (const { versionId, role } of files) {
      const record = role === 'record' ? yield* this.#findReadable(bucket, key, versionId, files) : null
      if (record !== null) found.push(record)
    }
    return found.sort((a, b) => b.sequence - a.sequence)
  }

  /** The newest version, which may be a delete marker; null when the key has none. */
  *newest(bucket: BucketRecord, key: string): Task<ObjectRecord | null> {
    if (bucket.versioning === 'never') return yield* this.find(bucket.name, key, NULL_VERSION)
    const { stem } = keyPath(key)
    const files: KeyFile[] = []
    for (const { name } of yield* listed(versionPaths(bucket.name, key).directory)) {
      const parsed = parseFileName(name)
      if (parsed?.stem === stem) files.push(parsed)
    }
    return yield* this.newestOf(bucket.name, key, files)
  }

  /** The newest among these files. Version ids sort by age but for `null`, so two records are read, however many there are. */
  *newestOf(bucket: string, key: string, files: readonly KeyFile[]): Task<ObjectRecord | null> {
    const ids = files.filter((file) => file.role === 'record').map((file) => file.versionId)
    const unnamed = ids.includes(NULL_VERSION)
      ? yield* this.#findReadable(bucket, key, NULL_VERSION, files)
      : null
    for (const versionId of ids.filter((id) => id !== NULL_VERSION).sort((a, b) => (a < b ? 1 : -1))) {
      const record = yield* this.#findReadable(bucket, key, versionId, files)
      if (record !== null) return unnamed !== null && unnamed.sequence > record.sequence ? unnamed : record
    }
    return unnamed
  }

  *#findReadable(
    bucket: string,
    key: string,
    versionId: string,
    files: readonly KeyFile[],
  ): Task<ObjectRecord | null> {
    try {
      return yield* this.find(bucket, key, versionId, files)
    } catch (error) {
      if (error instanceof OperatingError && error.code === 'input-invalid') return null
      throw error
    }
  }

  /**
   * Makes a version durable, then visible: bytes under their name, directory synced, record under its name, directory synced.
   * An overwrite of the version `null` uses the other of two byte names, so that the old version stays whole until the record
   * changes. `staged` is null for a delete marker.
   */
  *add(bucket: BucketRecord, draft: ObjectDraft, staged: StagedFile | null): Task<ObjectRecord> {
    const known =
      bucket.versioning === 'never'
        ? yield* this.#findReadable(bucket.name, draft.key, NULL_VERSION, [])
        : yield* this.newest(bucket, draft.key)
    const sequence = (known?.sequence ?? 0) + 1
    const versionId =
      bucket.versioning === 'enabled' ? this.#versionId(bucket.name, draft, sequence) : NULL_VERSION
    const paths = versionPaths(bucket.name, draft.key, versionId)
    const replaced = yield* recordOrNull(paths.record)
    const generation = replaced === null ? 0 : replaced.generation + 1
    const record: ObjectRecord = {
      kind: 's3-object',
      schemaVersion: 1,
      ...draft,
      versionId,
      sequence,
      generation,
    }
    const recordFile = yield* this.#staging.whole(recordBytes(record))
    yield* this.#directories.ensure(paths.directory)
    if (staged !== null) {
      yield* this.#place(staged, paths.bytes(generation), paths.directory)
      // Without an old version to lose, record and bytes may become durable in any order.
      if (replaced !== null) yield* FileSystem.syncDirectory({ path: paths.directory })
    }
    yield* this.#place(recordFile, paths.record, paths.directory)
    yield* FileSystem.syncDirectory({ path: paths.directory })
    if (replaced !== null) yield* FileSystem.remove({ path: paths.bytes(generation + 1) })
    return record
  }

  /** Removes a version for good: its record first. */
  *remove(bucket: string, key: string, versionId: string): Task<void> {
    const paths = versionPaths(bucket, key, versionId)
    if ((yield* FileSystem.stat({ path: paths.directory })) === null) return
    yield* FileSystem.remove({ path: paths.record })
    yield* FileSystem.syncDirectory({ path: paths.directory })
    yield* FileSystem.remove({ path: paths.bytes(0) })
    yield* FileSystem.remove({ path: paths.bytes(1) })
  }

  /** Renames into a directory; if somebody removed that meanwhile, makes it again. */
  *#place(staged: StagedFile, to: string, directory: string): Task<void> {
    try {
      yield* staged.moveTo(to)
    } catch (error) {
      if (!(error instanceof OperatingError) || error.code !== 'file-missing') throw error
      this.#directories.forget('')
      yield* this.#directories.ensure(directory)
      yield* staged.moveTo(to)
    }
  }

  /** Never the same twice for different contents, and the same in every run of the same world. */
  #versionId(bucket: string, draft: ObjectDraft, sequence: number): string {
    const digest = this.#digests.sha256Hex(
      recordBytes({
        kind: 's3-object',
        schemaVersion: 1,
        ...draft,
        versionId: bucket,
        sequence,
        generation: 0,
      }),
    )
    return sequence.toString(16).padStart(8, '0') + digest.slice(0, 24)
  }
}

function* recordOrNull(path: string): Task<ObjectRecord | null> {
  try {
    return yield* readObjectRecord(path)
  } catch (error) {
    // A damaged record must not stand in the way of writing the object anew.
    if (error instanceof OperatingError && error.code === 'input-invalid') return null
    throw error
  }
}

function* listed(path: string): Task<readonly { readonly name: string }[]> {
  try {
    return yield* FileSystem.list({ path })
  } catch (error) {
    if (error instanceof OperatingError && error.code === 'file-missing') return []
    throw error
  }
}
