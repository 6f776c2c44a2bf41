import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs'
import { OperatingError } from '@dr-drill/runbook-core'
import { errnoOf } from './map-error.ts'
import { escapes } from './rooted-path.ts'

/** Opens a regular file, never a symlink, and never waits for the other end of a pipe. @throws errno, file-exists, path-escapes-root */
export function openRegular(host: string, access: number, path: string): number {
  const descriptor = openSync(host, access | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  if (fstatSync(descriptor).isFile()) return descriptor
  closeSync(descriptor)
  throw new OperatingError('file-exists', `${path} is no regular file`, { subject: path })
}

/** Opens a directory, never through a symlink. @throws errno, path-escapes-root */
export function openDirectory(host: string, path: string): number {
  try {
    return openSync(host, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  } catch (thrown) {
    // Linux says ENOTDIR for a symlink here, which would hide what it is.
    if (errnoOf(thrown) === 'ENOTDIR' && lstatSync(host).isSymbolicLink()) throw escapes(path, 'is a symlink')
    throw thrown
  }
}

/** Runs `use`, then closes the descriptor, whatever happened; waits for a promise first. */
export function closeAfter<A>(descriptor: number, use: () => A): A {
  let result: A
  try {
    result = use()
  } catch (thrown) {
    closeSync(descriptor)
    throw thrown
  }
  if (result instanceof Promise) return result.finally(() => closeSync(descriptor)) as A
  closeSync(descriptor)
  return result
}
