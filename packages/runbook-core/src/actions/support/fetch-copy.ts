import type { Checksums } from '../../checksums/checksums.ts'
import { attempt, type Task } from '../../effects/index.ts'
import { FileSystem, Log, ObjectStore } from '../../ports/index.ts'
import { whileAnswering } from './answering.ts'
import { digestFile } from './files.ts'
import { isDeniedVersionsOnly, takeOlderVersion } from './older-versions.ts'
import type { Patience } from './patience.ts'

/** What a file must be, as a signed manifest or sidecar says. A null digest accepts what arrives whole. */
export interface Expected {
  readonly sha256: string | null
  readonly sizeBytes: number | null
}

/** One place where the wanted bytes may be had. */
export type Copy =
  | { readonly kind: 'object'; readonly store: string; readonly key: string }
  | { readonly kind: 'file'; readonly path: string }

/**
 * How often one copy is asked for until it is given up. Damage on the wire passes, damage at rest does not; and a store that once
 * says that an object it listed is not there may have lost the answer, not the object.
 */
const READS_PER_COPY = 3

/** What a good copy was. */
export type Got = { readonly sha256: string; readonly sizeBytes: number; readonly from: string }

/** Brings one copy to `path` if it is good, reading it again or an older version if not; null, with the reasons in `tried`, otherwise. */
export function* fetchCopy(
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
      if (copy.path !== path) yield* copyFile(copy.path, path)
      return { ...found, from: copy.path }
    }
    tried.push(`${copy.path}: ${problem}`)
    return null
  }
  for (let read = 1; read <= READS_PER_COPY; read += 1) {
    const got = yield* fetchVersion(path, expected, copy, null, patience, tried)
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
): Task<Got | 'bad'> {
  const label = `${copy.store}:${copy.key}${versionId === null ? '' : ` version ${versionId}`}`
  const { store, key } = copy
  const wanted = {
    store,
    key,
    path,
    mode: 0o600,
    ...(versionId === null ? {} : { versionId }),
    ...(expected.sizeBytes === null ? {} : { sizeBytesMax: expected.sizeBytes }),
  }
  const result = yield* attempt(
    whileAnswering(
      patience,
      store,
      () => ObjectStore.download(wanted),
      () => ObjectStore.head({ store, key }),
    ),
  )
  if (!result.ok) {
    const { code, message } = result.error
    // To read versions is a right of its own, which a least-privilege role may lack.
    const isRefused =
      versionId !== null && code === 'store-denied' && (yield* isDeniedVersionsOnly(store, key))
    if (!isRefused && code !== 'object-missing' && code !== 'object-corrupt' && code !== 'object-changed')
      throw result.error
    note(tried, message.includes(key) ? message : `${label}: ${message}`)
    return 'bad'
  }
  const problem = mismatch(expected, result.value)
  if (problem === null) return { sha256: result.value.sha256, sizeBytes: result.value.sizeBytes, from: label }
  note(tried, `${label}: ${problem}`)
  yield* Log.write({ level: 'warn', message: `refused ${label}: ${problem}` })
  return 'bad'
}

/** A reason, once: the same copy fails alike every time. */
function note(tried: string[], reason: string): void {
  if (tried.at(-1) !== reason) tried.push(reason)
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
  return yield* takeOlderVersion(copy, patience, function* (version) {
    if (expected.sizeBytes !== null && version.sizeBytes !== expected.sizeBytes) return null
    const got = yield* fetchVersion(path, expected, copy, version.versionId, patience, tried)
    return got === 'bad' ? null : got
  })
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
