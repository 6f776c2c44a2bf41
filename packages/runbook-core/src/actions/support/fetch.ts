import type { Checksums } from '../../checksums/checksums.ts'
import { attempt, type Task } from '../../effects/index.ts'
import { OperatingError } from '../../errors/index.ts'
import { FileSystem, Log, ObjectStore } from '../../ports/index.ts'
import { digestFile, holds } from './files.ts'
import { type Patience, patiently } from './patience.ts'

/** What a file must be, as a signed manifest or sidecar says. A null digest accepts what arrives whole. */
export interface Expected {
  readonly sha256: string | null
  readonly sizeBytes: number | null
}

/** One place where the wanted bytes may be had. */
export type Copy =
  | { readonly kind: 'object'; readonly store: string; readonly key: string }
  | { readonly kind: 'file'; readonly path: string }

export interface Fetched {
  readonly ok: boolean
  readonly path: string
  readonly sha256: string | null
  readonly sizeBytes: number | null
  readonly from: string | null
  /** Why each copy before it was not good. */
  readonly tried: readonly string[]
}

/** How often one copy is read again when its bytes do not match: damage on the wire passes, damage at rest does not. */
const READS_PER_COPY = 3

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

type Got = { readonly sha256: string; readonly sizeBytes: number; readonly from: string }

function* fetchCopy(
  path: string,
  expected: Expected,
  copy: Copy,
  patience: Patience,
  checksums: Checksums,
  tried: string[],
): Task<Got | null> {
  if (copy.kind === 'file') {
    const stat = yield* FileSystem.stat({ path: copy.path })
    const found = stat === null ? null : yield* digestFile(copy.path, checksums)
    const problem = found === null ? 'not there' : mismatch(expected, found)
    if (found !== null && problem === null) {
      yield* copyFile(copy.path, path)
      return { ...found, from: copy.path }
    }
    tried.push(`${copy.path}: ${problem}`)
    return null
  }
  for (let read = 1; read <= READS_PER_COPY; read += 1) {
    const got = yield* fetchVersion(path, expected, copy, null, patience, tried)
    if (got === 'gone') break
    if (got !== 'bad') return got
  }
  return yield* fetchOlderVersion(path, expected, copy, patience, tried)
}

function* fetchVersion(
  path: string,
  expected: Expected,
  copy: Copy & { readonly kind: 'object' },
  versionId: string | null,
  patience: Patience,
  tried: string[],
): Task<Got | 'gone' | 'bad'> {
  const label = `${copy.store}:${copy.key}${versionId === null ? '' : ` version ${versionId}`}`
  const result = yield* attempt(
    patiently(patience, `object store "${copy.store}"`, () =>
      ObjectStore.download({
        store: copy.store,
        key: copy.key,
        path,
        mode: 0o600,
        ...(versionId === null ? {} : { versionId }),
      }),
    ),
  )
  if (!result.ok) {
    const { code, message } = result.error
    if (code !== 'object-missing' && code !== 'object-corrupt' && code !== 'object-changed')
      throw result.error
    tried.push(`${label}: ${message}`)
    return code === 'object-missing' ? 'gone' : 'bad'
  }
  const problem = mismatch(expected, result.value)
  if (problem === null) return { sha256: result.value.sha256, sizeBytes: result.value.sizeBytes, from: label }
  tried.push(`${label}: ${problem}`)
  yield* Log.write({ level: 'warn', message: `refused ${label}: ${problem}` })
  return 'bad'
}

/** Versions are tried only with a digest to judge them by: without one the newest would win by chance. */
function* fetchOlderVersion(
  path: string,
  expected: Expected,
  copy: Copy & { readonly kind: 'object' },
  patience: Patience,
  tried: string[],
): Task<Got | null> {
  if (expected.sha256 === null) return null
  const listed = yield* attempt(
    patiently(patience, `object store "${copy.store}"`, () =>
      ObjectStore.versions({ store: copy.store, prefix: copy.key }),
    ),
  )
  if (!listed.ok) {
    // Listing versions is a right that a least-privilege role may lack; then there is no other copy here.
    if (listed.error.code === 'store-denied') return null
    throw listed.error
  }
  for (const version of listed.value.versions) {
    if (version.key !== copy.key || version.isDeleteMarker || version.isLatest) continue
    if (expected.sizeBytes !== null && version.sizeBytes !== expected.sizeBytes) continue
    const got = yield* fetchVersion(path, expected, copy, version.versionId, patience, tried)
    if (got !== 'gone' && got !== 'bad') return got
  }
  return null
}

function mismatch(
  expected: Expected,
  found: { readonly sha256: string; readonly sizeBytes: number },
): string | null {
  if (expected.sizeBytes !== null && found.sizeBytes !== expected.sizeBytes) {
    return `${found.sizeBytes} bytes where ${expected.sizeBytes} are recorded`
  }
  if (expected.sha256 !== null && found.sha256 !== expected.sha256)
    return 'SHA-256 differs from the recorded one'
  return null
}

function* copyFile(from: string, to: string): Task<void> {
  yield* FileSystem.remove({ path: to })
  yield* FileSystem.create({ path: to, mode: 0o600 })
  for (let offset = 0; ; ) {
    const bytes = yield* FileSystem.read({ path: from, offset, length: 1024 * 1024 })
    if (bytes.length === 0) return
    yield* FileSystem.write({ path: to, offset, bytes })
    offset += bytes.length
  }
}

/** Throws the refusal that a person can act on. */
export function unavailable(what: string, fetched: Fetched): OperatingError {
  return new OperatingError('object-corrupt', `no good copy of ${what}: ${fetched.tried.join('; ')}`, {
    subject: what,
    retryable: false,
  })
}
