import { z } from 'zod'
import { all, type Task } from '../../effects/index.ts'
import type { BackupDescription, BackupFile, BackupFormat } from '../../formats/index.ts'
import { Clock, FileSystem, Log, ObjectStore, Random } from '../../ports/index.ts'
import { type ActionContext, type ActionDefinition, defineAction } from '../define-action.ts'
import { type Fetched, fetchFile } from '../support/fetch.ts'
import { below, ensureDirectory, parentOf, removeTree } from '../support/files.ts'
import { patienceOf } from '../support/patience.ts'
import {
  absolutePath,
  backupDescription,
  backupFile,
  bytes,
  milliseconds,
  name,
  refusal,
  sha256Hex,
} from '../support/schemas.ts'
import { noneUsable } from './select-backup.ts'

const input = z.strictObject({
  store: name,
  backups: z.array(backupDescription).min(1),
  /** Where files arrive, on the device of their final place (D39); nothing reads it before verification. */
  into: absolutePath,
  patienceMs: milliseconds,
  parallel: z.number().int().min(1).max(64).default(8),
})
type Input = z.infer<typeof input>

const output = z.object({
  name: z.string(),
  backup: backupDescription,
  files: z.array(backupFile.extend({ at: absolutePath })),
  /** Those of them that are the engine's own, by the name they have in its directory. */
  dataFiles: z.array(
    z.object({ at: absolutePath, fileName: z.string(), sha256: sha256Hex, sizeBytes: bytes }),
  ),
  /** Log files of this backup that no good copy was found of here; the archive may hold one. */
  missingLog: z.array(z.object({ path: z.string(), sha256: sha256Hex, tried: z.array(z.string()) })),
  refused: z.array(refusal),
  bytes,
})
type Output = z.infer<typeof output>

/**
 * Downloads the newest backup whose data arrives whole, every file checked against its manifest, and falls back to the next older
 * one with the reason recorded. Damaged log files do not condemn a backup: the archive holds them too (D26, D27, D34, D35, D38).
 */
export function fetchBackup(format: BackupFormat): ActionDefinition<Input, Output> {
  return defineAction<Input, Output>({
    kind: 'fetch-backup',
    summary: 'Downloads the newest backup that arrives whole; falls back to an older one with the reason.',
    input: input as z.ZodType<Input>,
    output,
    effects: ({ store, into }) => ({
      reads: [`store:${store}`],
      writes: [`path:${into}`],
      destroys: [],
      exposes: [],
    }),
    capabilities: { required: [], optional: [] },
    ports: [ObjectStore.$id, FileSystem.$id, Clock.$id, Log.$id, Random.$id],
    traits: ['fetches', 'falls-back'],
    estimate: () => ({ bestMs: 600_000, likelyMs: 1_800_000, worstMs: 3_600_000 }),
    run: (given, context) => fetchNewest(format, given, context),
  })
}

function* fetchNewest(format: BackupFormat, given: Input, context: ActionContext): Task<Output> {
  const refused: z.infer<typeof refusal>[] = []
  for (const backup of given.backups) {
    const got = yield* fetchOne(format, given, backup, context)
    if (got.kind === 'fetched') return { ...got.output, refused }
    refused.push({ name: backup.name, reason: got.reason, detail: got.detail })
    // What arrived of it would take the room that an older one needs: a bucket of bad backups must not fill the disk.
    yield* removeTree(below(given.into, backup.name))
    yield* Log.write({
      level: 'warn',
      message: `backup ${backup.name} refused: ${got.detail}; trying an older one`,
    })
  }
  throw noneUsable(given.store, refused)
}

type FetchedOne =
  | { readonly kind: 'fetched'; readonly output: Omit<Output, 'refused'> }
  | { readonly kind: 'refused'; readonly reason: string; readonly detail: string }

function* fetchOne(
  format: BackupFormat,
  given: Input,
  backup: BackupDescription,
  context: ActionContext,
): Task<FetchedOne> {
  const root = below(given.into, backup.name)
  for (const directory of new Set(['', ...backup.files.map((file) => parentOf(`/${file.path}`))])) {
    yield* ensureDirectory(`${root}${directory === '/' ? '' : directory}`, 0o700)
  }
  const results = yield* all(
    backup.files.map((file) => () => fetchListed(given, root, file, context)),
    given.parallel,
  )
  const lost = backup.files.flatMap((file, index) =>
    results[index]?.ok === true ? [] : [{ file, tried: results[index]?.tried ?? [] }],
  )
  const lostData = lost.find(({ file }) => file.role !== 'log')
  if (lostData !== undefined) {
    return {
      kind: 'refused',
      reason: 'object-corrupt',
      detail: `${lostData.file.path}: ${lostData.tried.join('; ')}`,
    }
  }
  const intact = backup.files.filter((_, index) => results[index]?.ok === true)
  const problems = yield* format.verify({ description: { ...backup, files: intact }, root })
  const [problem] = problems
  if (problem !== undefined) {
    return {
      kind: 'refused',
      reason: 'object-corrupt',
      detail: `${problem.path}: ${problem.problem}: ${problem.detail}`,
    }
  }
  for (const directory of new Set(intact.map((file) => parentOf(below(root, file.path))))) {
    yield* FileSystem.syncDirectory({ path: directory })
  }
  return {
    kind: 'fetched',
    output: {
      name: backup.name,
      backup: backup as Output['backup'],
      files: intact.map((file) => ({ ...file, at: below(root, file.path) })),
      dataFiles: intact
        .filter((file) => file.role === 'data')
        .map(({ path, sha256, sizeBytes }) => ({
          at: below(root, path),
          fileName: path.slice(path.lastIndexOf('/') + 1),
          sha256,
          sizeBytes,
        })),
      missingLog: lost.map(({ file, tried }) => ({
        path: file.path,
        sha256: file.sha256,
        tried: [...tried],
      })),
      bytes: intact.reduce((sum, file) => sum + file.sizeBytes, 0),
    },
  }
}

function* fetchListed(given: Input, root: string, file: BackupFile, context: ActionContext): Task<Fetched> {
  return yield* fetchFile(
    below(root, file.path),
    file,
    [{ kind: 'object', store: given.store, key: file.key }],
    patienceOf(given.patienceMs),
    context.checksums,
  )
}
