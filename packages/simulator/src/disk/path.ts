import { OperatingError, utf8Encode } from '@dr-drill/runbook-core'

/** Longest name of one path component in bytes, as on ext4 and XFS. */
export const NAME_BYTES_MAX = 255

/**
 * The components of an absolute path; `/` has none. Empty components and `.` vanish.
 * @throws path-escapes-root for relative paths, `..` and NUL; input-invalid for a name longer than a disk stores
 */
export function splitPath(path: string): readonly string[] {
  const known = split.get(path)
  if (known !== undefined) return known
  const names = splitAnew(path)
  // A world uses the same few hundred paths over and over; whoever makes up new ones must not pile them up.
  if (split.size >= SPLIT_MAX) split.clear()
  split.set(path, names)
  return names
}

/** Paths whose components are kept. */
const SPLIT_MAX = 4096
const split = new Map<string, readonly string[]>()

function splitAnew(path: string): readonly string[] {
  if (!path.startsWith('/')) throw escapes(path, 'is not absolute')
  if (path.includes('\0')) throw escapes(path, 'holds a NUL byte')
  const names = path.slice(1).split('/')
  let hasEmpty = false
  for (const name of names) {
    if (name === '' || name === '.') hasEmpty = true
    else if (name === '..') throw escapes(path, 'climbs with ..')
    // A UTF-16 code unit is at most three bytes: most names need no encoding to be found short enough.
    else if (name.length * 3 > NAME_BYTES_MAX && utf8Encode(name).length > NAME_BYTES_MAX) {
      throw new OperatingError('input-invalid', `a name in ${path} is longer than ${NAME_BYTES_MAX} bytes`, {
        subject: path,
      })
    }
  }
  // Most paths are walked as they stand: a disk is asked thousands of times in a drill.
  return hasEmpty ? names.filter((name) => name !== '' && name !== '.') : names
}

/** The error of a path that leaves the root. */
export function escapes(path: string, how: string): OperatingError {
  return new OperatingError('path-escapes-root', `${path} ${how}`, { subject: path })
}
