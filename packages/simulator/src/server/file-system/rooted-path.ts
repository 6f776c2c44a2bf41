import { closeSync, constants, lstatSync, openSync } from 'node:fs'
import { OperatingError } from '@dr-drill/runbook-core'
import { errnoOf } from './map-error.ts'

/** Linux: a descriptor that names an inode without opening its contents. `node:fs` does not list it. */
export const O_PATH = 0o10000000

const DIRECTORY = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW

/**
 * The names of an absolute path below a root; `/` has none. Empty names and `.` mean nothing.
 * @throws path-escapes-root for `..`, a NUL or a relative path
 */
export function namesOf(path: string): readonly string[] {
  if (!path.startsWith('/')) throw escapes(path, 'is not absolute')
  if (path.includes('\0')) throw escapes(path, 'contains a NUL')
  const names = path.split('/').filter((name) => name !== '' && name !== '.')
  if (names.includes('..')) throw escapes(path, 'contains ".."')
  return names
}

/** The path in its one spelling: names joined by single slashes. */
export function normalPath(path: string): string {
  return `/${namesOf(path).join('/')}`
}

/** The error of a path that points outside its root. */
export function escapes(path: string, why: string): OperatingError {
  return new OperatingError('path-escapes-root', `${JSON.stringify(path)} ${why}`, { subject: path })
}

/**
 * Runs `use` with a host path whose last name is the last name of `path`, reached from the root directory by directory through
 * descriptors: nobody can slip a symlink into a parent between check and use, as `openat` would guarantee. The path handed to
 * `use` is valid during `use` only; whether its last name may be a symlink is the callee's matter (O_NOFOLLOW, lstat).
 * For the root itself the directory is handed over as `.` of its descriptor.
 */
export function withParent<A>(root: string, path: string, use: (hostPath: string) => A): A {
  const names = namesOf(path)
  let descriptor = openSync(root, O_PATH | constants.O_DIRECTORY)
  try {
    for (const name of names.slice(0, -1)) {
      const next = enter(descriptor, name, path)
      closeSync(descriptor)
      descriptor = next
    }
    return use(`/proc/self/fd/${descriptor}/${names.at(-1) ?? '.'}`)
  } finally {
    closeSync(descriptor)
  }
}

function enter(parent: number, name: string, path: string): number {
  const hostPath = `/proc/self/fd/${parent}/${name}`
  try {
    return openSync(hostPath, DIRECTORY)
  } catch (thrown) {
    const errno = errnoOf(thrown)
    if (errno !== 'ENOTDIR' && errno !== 'ELOOP') throw thrown
    if (lstatSync(hostPath).isSymbolicLink()) throw escapes(path, `passes through the symlink ${name}`)
    throw new OperatingError('file-missing', `${path} is missing: ${name} is no directory`, { subject: path })
  }
}
