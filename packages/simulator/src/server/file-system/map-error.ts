import { type ErrorCode, OperatingError } from '@dr-drill/runbook-core'

const CODES: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'file-missing',
  EEXIST: 'file-exists',
  // Another kind of file is in the way: to the operator the same matter as a file that exists.
  ENOTEMPTY: 'file-exists',
  EISDIR: 'file-exists',
  ENOTDIR: 'file-exists',
  ENXIO: 'file-exists',
  EACCES: 'permission-denied',
  EPERM: 'permission-denied',
  EROFS: 'permission-denied',
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EFBIG: 'disk-full',
  // Only O_NOFOLLOW makes these calls end so: the last name is a symlink.
  ELOOP: 'path-escapes-root',
  ENAMETOOLONG: 'input-invalid',
  EINVAL: 'input-invalid',
  EMFILE: 'environment-lacking',
  ENFILE: 'environment-lacking',
}

/** The errno name of a thrown value, such as `ENOENT`; null for anything else. */
export function errnoOf(thrown: unknown): string | null {
  const code = (thrown as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : null
}

/**
 * What a system call threw, as an operating error about `path` (the path below the root, never the host's). What is no errno
 * is a defect and passes unchanged.
 */
export function mapFileError(thrown: unknown, path: string, action: string): unknown {
  if (thrown instanceof OperatingError) return thrown
  const errno = errnoOf(thrown)
  if (errno === null) return thrown
  return new OperatingError(CODES[errno] ?? 'input-output', `cannot ${action} ${path}: ${errno}`, {
    subject: path,
    cause: new Error(errno),
  })
}
