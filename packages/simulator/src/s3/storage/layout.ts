import { keyPath } from './key-path.ts'

/** Version id of objects written while the bucket did not keep versions. */
export const NULL_VERSION = 'null'

/** What a file of a key's directory is: bytes of an even or odd generation, or the record. */
export type FileRole = 'even' | 'odd' | 'record'

const SUFFIXES: Readonly<Record<FileRole, string>> = { even: '', odd: '+', record: '.json' }

/** The files of one version of one key, as paths below the data directory. */
export interface VersionPaths {
  /** The directory that holds them, without a trailing slash. */
  readonly directory: string
  /** The record (JSON): the version exists from the moment this name does. */
  readonly record: string
  /** The bytes: the n-th overwrite of one version (only the version `null` is overwritten) alternates between two names. */
  bytes(generation: number): string
}

/** The directory of a bucket's record and objects. */
export const bucketDirectory = (bucket: string): string => `/buckets/${bucket}`

/** The directory that a bucket's keys lie in. */
export const objectsDirectory = (bucket: string): string => `/buckets/${bucket}/objects`

/** The record of a bucket. */
export const bucketRecordPath = (bucket: string): string => `/buckets/${bucket}/bucket.json`

/** The directory of one multipart upload. */
export const uploadDirectory = (uploadId: string): string => `/uploads/${uploadId}`

/** Where bytes wait until they are whole. */
export const TEMPORARY_DIRECTORY = '/temporary'

/**
 * The files of a version below the data directory; also for those who want to damage or inspect an object by hand:
 * `versionPaths('backups', 'a/b.wal').bytes(0)` is `/buckets/backups/objects/a/b.wal@null`.
 */
export function versionPaths(bucket: string, key: string, versionId: string = NULL_VERSION): VersionPaths {
  const { directories, stem } = keyPath(key)
  const directory = [objectsDirectory(bucket), ...directories].join('/')
  const base = `${directory}/${stem}@${versionId}`
  return {
    directory,
    record: base + SUFFIXES.record,
    bytes: (generation) => base + SUFFIXES[generation % 2 === 0 ? 'even' : 'odd'],
  }
}

/** What a file's name says: the stem, the version, and what it holds; null for a name that this service never makes. */
export function parseFileName(
  name: string,
): { readonly stem: string; readonly versionId: string; readonly role: FileRole } | null {
  const match = /^([^@]+)@(null|[0-9a-f]{32})(\+|\.json)?$/.exec(name)
  if (match === null) return null
  const role = match[3] === undefined ? 'even' : match[3] === '+' ? 'odd' : 'record'
  return { stem: match[1] as string, versionId: match[2] as string, role }
}
