import type { Checksums } from '../../checksums/checksums.ts'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { FilePieces, FileSystem } from '../../ports/index.ts'

/** Lower-case hex SHA-256 and size of a file, read piece by piece. */
export function* digestFile(path: string, checksums: Checksums): Task<{ sha256: string; sizeBytes: number }> {
  const digest = checksums.sha256()
  let sizeBytes = 0
  const pieces = new FilePieces({ path, end: null })
  for (let bytes = yield* pieces.next(); bytes !== null; bytes = yield* pieces.next()) {
    digest.update(bytes)
    sizeBytes += bytes.length
  }
  return { sha256: digest.hex(), sizeBytes }
}

/** True when a file of exactly this content lies at the path. */
export function* holds(
  path: string,
  expected: { readonly sha256: string; readonly sizeBytes: number },
  checksums: Checksums,
): Task<boolean> {
  const stat = yield* FileSystem.stat({ path })
  if (stat?.type !== 'file' || stat.sizeBytes !== expected.sizeBytes) return false
  return (yield* digestFile(path, checksums)).sha256 === expected.sha256
}

/** The directory of an absolute path. */
export function parentOf(path: string): string {
  const cut = path.lastIndexOf('/')
  return cut <= 0 ? '/' : path.slice(0, cut)
}

/** Makes a directory and its missing parents durable, all with `mode`; existing ones keep theirs. */
export function* ensureDirectory(path: string, mode: number): Task<void> {
  if (path === '/') return
  const stat = yield* FileSystem.stat({ path })
  if (stat !== null) {
    if (stat.type === 'directory') return
    throw new OperatingError('data-in-the-way', `${path} is a ${stat.type}, not a directory`, {
      subject: path,
    })
  }
  const parent = parentOf(path)
  yield* ensureDirectory(parent, mode)
  yield* FileSystem.makeDirectory({ path, mode })
  yield* FileSystem.syncDirectory({ path: parent })
}

/** Where a file is made before it is renamed to its name; an action that writes a file this way declares both. */
export const temporaryOf = (path: string): string => `${path}.new`

/** Replaces a small file durably: temporary name, fsync, rename, fsync of the directory. */
export function* replaceFile(path: string, bytes: Uint8Array, mode: number): Task<void> {
  const temporary = temporaryOf(path)
  yield* FileSystem.remove({ path: temporary })
  yield* FileSystem.create({ path: temporary, mode })
  yield* FileSystem.write({ path: temporary, offset: 0, bytes })
  yield* FileSystem.sync({ path: temporary })
  yield* FileSystem.rename({ from: temporary, to: path })
  yield* FileSystem.syncDirectory({ path: parentOf(path) })
}

/** Every file and directory below a root, parents first, siblings by the bytes of their names. */
export function* walk(root: string): Task<readonly { readonly path: string; readonly type: string }[]> {
  const found: { path: string; type: string }[] = []
  const pending = [root]
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const entries = yield* FileSystem.list({ path })
    for (const entry of entries) found.push({ path: `${path}/${entry.name}`, type: entry.type })
    for (const entry of [...entries].reverse()) {
      if (entry.type === 'directory') pending.push(`${path}/${entry.name}`)
    }
  }
  return found
}

/**
 * Removes a directory and all below it. Missing is fine; symlinks are removed, never followed. Not made durable: nothing rests on its
 * being gone, and what power loss brings back is a copy of what the store holds.
 */
export function* removeTree(root: string): Task<void> {
  if ((yield* FileSystem.stat({ path: root })) === null) return
  const found = yield* walk(root)
  for (const entry of [...found].reverse()) {
    if (entry.type === 'directory') yield* FileSystem.removeDirectory({ path: entry.path })
    else yield* FileSystem.remove({ path: entry.path })
  }
  yield* FileSystem.removeDirectory({ path: root })
}

/** Joins a root and a relative path that was checked against traversal when it was parsed; checks again, since it is cheap. */
export function below(root: string, relative: string): string {
  const parts = relative.split('/')
  if (
    relative === '' ||
    parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'))
  ) {
    throw new OperatingError(
      'path-escapes-root',
      `the name ${JSON.stringify(relative)} is not a plain relative path`,
      {
        subject: relative,
      },
    )
  }
  return `${root}/${relative}`
}
