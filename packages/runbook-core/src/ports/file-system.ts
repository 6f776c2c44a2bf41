import { definePort } from '../effects/port.ts'

/** What lies at a path. */
export interface FileStat {
  readonly type: 'file' | 'directory' | 'symlink' | 'other'
  readonly sizeBytes: number
  /** Permission bits, e.g. 0o640. */
  readonly mode: number
  /** Names, or the decimal id when the host has no name for it. */
  readonly owner: string
  readonly group: string
}

/** One name in a directory. */
export interface DirectoryEntry {
  readonly name: string
  readonly type: FileStat['type']
}

/**
 * Files of one host, below one root. Paths are absolute and mean the target's root; a path that leaves it (`..`, a symlink) fails
 * with `path-escapes-root`. Symlinks are never followed. Failures: `file-missing`, `file-exists`, `permission-denied`,
 * `disk-full`, `input-output`. Nothing is durable before `sync` (contents) and `syncDirectory` (names).
 */
export interface FileSystemContract {
  /** Null when nothing is there. */
  stat(input: { readonly path: string }): FileStat | null
  /** Entries sorted by the UTF-8 bytes of their names. @throws file-missing */
  list(input: { readonly path: string }): readonly DirectoryEntry[]
  /**
   * Up to `length` bytes from `offset`; shorter at the end of the file. What is answered is the caller's and never changes, unless
   * the caller lends `into`, at least `length` bytes: the handler may then read into it and answer a view of it, or ignore it. A lent
   * `into` is the handler's until the call has ended, however it ends; the answer holds until the caller lends the memory again.
   * Reads into one ArrayBuffer of which each begins where the last ended are one pass: they may go on in the file that was found
   * first, though another has its name by now.
   */
  read(input: {
    readonly path: string
    readonly offset: number
    readonly length: number
    readonly into?: Uint8Array
  }): Uint8Array
  /** Makes an empty file. @throws file-exists */
  create(input: { readonly path: string; readonly mode: number }): void
  /** Writes all bytes at `offset` of an existing file (at its end: appends). */
  write(input: { readonly path: string; readonly offset: number; readonly bytes: Uint8Array }): void
  truncate(input: { readonly path: string; readonly sizeBytes: number }): void
  /** fsync of the file: contents and size survive power loss from here on. */
  sync(input: { readonly path: string }): void
  /** fsync of the directory: names made, renamed or removed in it survive power loss from here on. */
  syncDirectory(input: { readonly path: string }): void
  /** Atomic; replaces `to`. */
  rename(input: { readonly from: string; readonly to: string }): void
  /** Removes a file. Missing is fine. */
  remove(input: { readonly path: string }): void
  /** Makes one directory; an existing one is fine. The parent must exist. */
  makeDirectory(input: { readonly path: string; readonly mode: number }): void
  /** Removes an empty directory. Missing is fine. */
  removeDirectory(input: { readonly path: string }): void
  setMode(input: { readonly path: string; readonly mode: number }): void
  /** Needs the capability `chown`. */
  setOwner(input: { readonly path: string; readonly owner: string; readonly group: string }): void
  /** Capacity and free bytes of the device that holds the path. */
  space(input: { readonly path: string }): { readonly totalBytes: number; readonly freeBytes: number }
}

export const FileSystem = definePort<FileSystemContract>('FileSystem', {
  stat: 'read',
  list: 'read',
  read: 'read',
  create: 'write',
  write: 'write',
  truncate: 'write',
  sync: 'write',
  syncDirectory: 'write',
  rename: 'write',
  remove: 'write',
  makeDirectory: 'write',
  removeDirectory: 'write',
  setMode: 'write',
  setOwner: 'write',
  space: 'read',
})
