import type { Checksums } from '../../checksums/checksums.ts'
import type { Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { FileSystem } from '../../ports/index.ts'
import { type Copy, type Expected, fetchCopy } from './fetch-copy.ts'
import { holds } from './files.ts'
import type { Patience } from './patience.ts'

export type { Copy, Expected } from './fetch-copy.ts'

/** What came of fetching one file. */
export interface Fetched {
  readonly ok: boolean
  readonly path: string
  readonly sha256: string | null
  readonly sizeBytes: number | null
  readonly from: string | null
  /** Why each copy before it was not good. */
  readonly tried: readonly string[]
}

/**
 * Brings the first good copy of a file to `path`, synced, and says where it came from. Bytes already there are kept (a run that
 * resumes fetches only what is missing). Older versions of an object are copies too (ransomware overwrites, it seldom erases).
 * Never throws for a bad copy: `ok: false` with a reason per copy. @throws store-unavailable and the like when patience ends
 */
export function* fetchFile(
  path: string,
  expected: Expected,
  copies: readonly Copy[],
  patience: Patience,
  checksums: Checksums,
): Task<Fetched> {
  if (expected.sha256 !== null && expected.sizeBytes !== null) {
    const known = { sha256: expected.sha256, sizeBytes: expected.sizeBytes }
    if (yield* holds(path, known, checksums)) {
      yield* FileSystem.sync({ path })
      return { ok: true, path, ...known, from: 'already here', tried: [] }
    }
  }
  const tried: string[] = []
  for (const copy of copies) {
    const got = yield* fetchCopy(path, expected, copy, patience, checksums, tried)
    if (got !== null) {
      yield* FileSystem.sync({ path })
      return { ok: true, path, ...got, tried }
    }
  }
  yield* FileSystem.remove({ path })
  return { ok: false, path, sha256: null, sizeBytes: null, from: null, tried }
}

/** Throws the refusal that a person can act on. */
export function unavailable(what: string, fetched: Fetched): OperatingError {
  return new OperatingError('object-corrupt', `no good copy of ${what}: ${fetched.tried.join('; ')}`, {
    subject: what,
    retryable: false,
  })
}
